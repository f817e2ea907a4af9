"""Which entities are personal information by default.

Presidio also finds what names no person by itself: dates, web addresses, hardware and object
identifiers, postcodes, company and vehicle registers, and numbers that are known only by a label
before them. They can be asked for by `entities`; by default they would bury the rest.
"""

DEFAULT_ENTITIES = frozenset(
    (
        "AU_MEDICARE",
        "AU_TFN",
        "CA_SIN",
        "CN_BANK_CARD",
        "CN_MOBILE",
        "CN_RESIDENT_ID",
        "CREDIT_CARD",
        "EMAIL_ADDRESS",
        "IBAN_CODE",
        "IN_AADHAAR",
        "IN_PAN",
        "IN_PASSPORT",
        "IN_VOTER",
        "IP_ADDRESS",
        "NG_NIN",
        "PHONE_NUMBER",
        "PH_PASSPORT",
        "PH_TIN",
        "PH_UMID",
        "SG_NRIC_FIN",
        "UK_DRIVING_LICENCE",
        "UK_NHS",
        "UK_NINO",
        "UK_PASSPORT",
        "US_BANK_NUMBER",
        "US_DRIVER_LICENSE",
        "US_ITIN",
        "US_MBI",
        "US_PASSPORT",
        "US_SSN",
        "ZA_ID_NUMBER",
        "ZA_PASSPORT",
    )
)
