"""What announces a phone number right behind it, in the languages of the web."""

from typing import NamedTuple


class Words(NamedTuple):
    """Words that are looked for together.

    Few enough that hyperscan takes them for literals: in one list they cost ten times as much.

    Attributes:
        nouns: What a number is called.
        verbs: What is said of calling; a blank and hardly more stands between that and the number.
        may_touch: True where a letter may stand right before.
    """

    nouns: tuple[str, ...]
    verbs: tuple[str, ...] = ()
    may_touch: bool = False

    @property
    def beginnings(self) -> tuple[str, ...]:
        """The words without those that are another one and a few letters."""
        words = (*self.nouns, *self.verbs)
        longer = {a for a in words for b in words if a.startswith(b) and a.isascii() and a != b}
        return tuple(word for word in words if word not in longer)


_ENGLISH = Words(
    (
        *("phone", "telephone", "tel", "mobile", "mob", "cell", "cellphone", "fax", "hotline"),
        *("whatsapp", "sms", "desk", "téléphone", "tél", "portable", "teléfono", "telefono"),
        *("telefon", "handy"),
    ),
    (
        *("call", "call me", "call us", "call him", "call her", "call them", "dial", "reach me"),
        *("reach us", "text me", "phone me", "ring me", "messages", "message me", "contact me"),
        *("answering", "my number is"),
    ),
)

_LATIN = Words(
    (
        *("telefonnummer", "rufnummer", "handynummer", "mobil", "mobilnummer", "mobiltelefon"),
        *("festnetz", "durchwahl", "telefax", "faxnummer", "fon", "gsm", "viber", "landline"),
        *("joignable au", "tfno", "tlf", "celular", "telefone", "fone", "cellulare", "telefoon"),
        *("telefoonnummer", "mobiel", "telefonu", "telefonum", "tel. kom", "mobitel", "mobilni"),
        *("puhelin", "puh", "cep tel", "cep telefonu", "cep no", "telepon", "nomor hp", "no hp"),
        "no. hp",
    ),
    (
        *("rufen sie", "rufen sie uns", "rufen sie mich", "ruf mich", "anrufen", "erreichbar"),
        *("erreichen sie mich", "erreichen sie uns", "meine nummer ist", "appelez", "appelez-moi"),
        *("appelez-nous", "appeler", "appelle-moi", "joindre", "contacter", "llame", "llamar"),
        *("ligue", "chiama", "chiamami", "chiamare", "chiamateci", "bel", "bel me", "bel ons"),
        *(
            "mijn nummer is",
            "volejte",
            "ring oss",
            "ring mig",
            "ring meg",
            "ring på",
            "ring til",
            "soita",
            "hubungi",
        ),
    ),
)

_ACCENTED = Words(
    (
        *("télécopie", "télécopieur", "móvil", "telemóvel", "komórka", "telefon komórkowy"),
        *("telefonní číslo", "mobilní", "telefonszám", "điện thoại", "đt", "sđt", "di động"),
    ),
    (
        *("mon numéro est", "llámame", "llámanos", "llámeme", "mi número es", "meu número é"),
        *("il mio numero è", "zadzwoń", "dzwonić", "mój numer to", "hívjon", "arayın", "gọi"),
        "liên hệ",
    ),
)

_CYRILLIC_AND_GREEK = Words(
    (
        *("телефон", "телефона", "телефону", "тел", "моб", "мобильный", "мобільний", "сотовый"),
        *("факс", "по номеру", "τηλέφωνο", "τηλ", "κινητό", "φαξ"),
    ),
    (
        *("звоните", "позвоните", "звонить", "мой номер", "телефонуйте", "дзвоніть", "καλέστε"),
        "за номером",
    ),
)

_HEBREW_ARABIC_INDIC = Words(
    (
        *("טלפון", "טל", "נייד", "פקס"),
        *("هاتف", "الهاتف", "جوال", "الجوال", "موبايل", "تلفون", "فاكس", "تلفن", "موبایل"),
        *("फ़ोन", "फ़ोन", "फोन", "मोबाइल", "ফোন", "মোবাইল"),
    ),
    ("התקשרו", "اتصل على", "कॉल करें"),
)

_BLANKLESS = Words(
    (
        *(
            "电话",
            "電話",
            "致电",
            "致電",
            "拨打",
            "撥打",
            "传真",
            "傳真",
            "携帯",
            "ファックス",
            "ファクス",
        ),
        *("전화", "휴대폰", "핸드폰", "연락처", "팩스"),
        *("โทร", "โทรศัพท์", "เบอร์", "มือถือ", "แฟกซ์", "โทรสาร"),
    ),
    may_touch=True,
)

WORDS = (_ENGLISH, _LATIN, _ACCENTED, _CYRILLIC_AND_GREEK, _HEBREW_ARABIC_INDIC, _BLANKLESS)

JOINTS = (
    *("at", "on", "to", "under", "now", "today", "unter", "an", "bitte", "le", "al", "no", "para"),
    *("au", "pod", "pod numer", "na", "op", "på", "numer", "numero", "número", "số", "ke", "по"),
)
"""What may stand between a verb and the number."""
