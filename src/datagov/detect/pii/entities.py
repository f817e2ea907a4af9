"""What is looked for by default, and what is not, with the reasons.

Presidio also finds what names no person by itself: dates, web addresses, hardware addresses,
universally unique identifiers, crypto wallets, postcodes, companies (also by CN_USCC), vehicles,
health-care providers and numbers of claims or prescriptions; and CN_SERVICE_NUMBER are the numbers
of companies' hotlines. They can be asked for by `entities`; by default they would bury the rest. So
would driver's licences of the United States: Presidio takes any letter
with digits for one (`v2` behind `public`), and in 8 MB of mixed text every one it found was wrong.
"""

DEFAULT_ENTITIES = (
    *("AU_MEDICARE", "AU_TFN", "CA_SIN", "CN_ADDRESS", "CN_BANK_CARD"),
    *("CN_FOREIGNER_PERMIT", "CN_HK_MACAU_PERMIT", "CN_LANDLINE", "CN_MILITARY_ID", "CN_MOBILE"),
    *("CN_PASSPORT", "CN_QQ", "CN_RESIDENT_ID", "CN_SOCIAL_SECURITY", "CN_TAIWAN_PERMIT"),
    *("CN_VEHICLE_PLATE", "CN_WECHAT", "HK_ID", "MO_ID", "TW_ID"),
    *("CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "IN_AADHAAR", "IN_PAN", "IN_PASSPORT"),
    *(
        "IN_VOTER",
        "IP_ADDRESS",
        "NG_NIN",
        "PERSON",
        "PHONE_NUMBER",
        "PH_PASSPORT",
        "PH_TIN",
        "PH_UMID",
    ),
    *("SENSITIVE_BELIEF", "SENSITIVE_BIOMETRIC", "SENSITIVE_FINANCE", "SENSITIVE_HEALTH"),
    *("SENSITIVE_IDENTITY", "SENSITIVE_LOCATION", "SENSITIVE_MINOR"),
    *("SG_NRIC_FIN", "UK_DRIVING_LICENCE", "UK_NHS", "UK_NINO", "UK_PASSPORT"),
    *("US_BANK_NUMBER", "US_ITIN", "US_MBI", "US_PASSPORT", "US_SSN"),
    *("ZA_DRIVER_LICENSE", "ZA_ID_NUMBER", "ZA_PASSPORT"),
)

CONTEXT_ONLY = (
    *("AU_MEDICARE", "AU_TFN", "CA_SIN", "IN_AADHAAR", "IN_VOTER", "NG_NIN", "PHONE_NUMBER"),
    *("PH_UMID", "UK_NHS", "ZA_DRIVER_LICENSE", "ZA_ID_NUMBER", "ZA_PASSPORT"),
)
"""Entities that count only beside one of their context words.

One number in ten passes their check by chance, and Presidio then gives it the score 1: each ISBN-10
is a valid NHS number. libphonenumber takes most runs of 7 to 11 digits for a German number.
"""

PHONE_REGIONS = ("US", "GB", "DE", "FR", "IL", "IN", "CA", "BR", "CN")
"""Regions whose national formats are phone numbers without a country code: Presidio's, and CN."""

WITHOUT = (
    "InPanRecognizer: PAN (Low)",
    "IpRecognizer: IPv6_unspecified",
)
"""Rules left out: any word of ten letters in a text with digits, and two colons."""
