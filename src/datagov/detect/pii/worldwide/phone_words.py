"""What announces a phone number right behind it, in the languages of the web."""

from typing import NamedTuple

LATIN_LABELS = (
    *("tel", "fax", "mob", "whatsapp", "hotline", "telefon", "telefono", "téléphone", "teléfono"),
    "telefax",
)
BLANKLESS_LABELS = (
    *("电话", "電話", "手机", "手機", "联系方式", "致电", "传真", "傳真", "热线", "熱線"),
    *("전화", "휴대폰", "携帯"),
)
"""Words sure enough that a valid number a few words behind them is announced as well."""

EXTENSION = (
    r"(?:[,;]? ?(?:x|extension|extn?\.?|poste|доб\.?|вн\.?|转|轉|分机|分機|内线|内線|#)"
    r"[ :=]?\d{1,6})"
)
"""What is dialled behind a number, within a house."""


class Words(NamedTuple):
    """Words that are looked for together.

    Few enough that hyperscan takes them for literals: in one list they cost ten times as much.

    Attributes:
        nouns: What a number is called.
        verbs: What is said of calling; a blank and hardly more stands between that and the number.
        doubtful: Nouns and verbs before which, in other texts, counts stand more often: what
            follows must be written as a phone number, or follow a colon.
        may_touch: True where a letter may stand right before.
    """

    nouns: tuple[str, ...]
    verbs: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    may_touch: bool = False

    @property
    def beginnings(self) -> tuple[str, ...]:
        """The words without those that are another one and a few letters."""
        words = self._all
        longer = {a for a in words for b in words if a.startswith(b) and a.isascii() and a != b}
        return tuple(word for word in words if word not in longer)

    @property
    def tails(self) -> tuple[str, ...]:
        """What the other words have behind one of `beginnings`."""
        begun = [
            word.removeprefix(each)
            for each in self.beginnings
            for word in self._all
            if word.startswith(each) and word != each
        ]
        return tuple(sorted(set(begun)))

    @property
    def _all(self) -> tuple[str, ...]:
        return (*self.nouns, *self.verbs, *self.doubtful)


_ENGLISH = Words(
    (
        *LATIN_LABELS,
        *("phone", "telephone", "mobile", "cellphone", "sms", "tél", "portable"),
    ),
    (
        *("call me", "call us", "reach me", "reach us", "text me", "phone me", "ring me"),
        *("message me", "contact me", "answering at", "answering on", "my number is"),
    ),
    ("cell", "desk", "handy", "call", "call him", "call her", "call them", "dial"),
)

_LATIN = Words(
    (
        *("telefonnummer", "rufnummer", "handynummer", "mobil", "mobilnummer", "mobiltelefon"),
        *("festnetz", "durchwahl", "faxnummer", "viber", "landline"),
        *("joignable au", "tfno", "tlf", "celular", "telefone", "fone", "cellulare", "telefoon"),
        *("telefoonnummer", "mobiel", "telefonu", "telefonum", "tel. kom", "mobitel", "mobilni"),
        *("puhelin", "puh", "cep tel", "cep telefonu", "cep no", "telepon", "nomor hp", "no hp"),
        "no. hp",
    ),
    (
        *("rufen sie", "rufen sie uns", "rufen sie mich", "ruf mich", "erreichbar"),
        *("erreichen sie mich", "erreichen sie uns", "meine nummer ist", "appelez", "appelez-moi"),
        *("appelez-nous", "appelle-moi", "joindre", "llame", "llamar"),
        *("chiama", "chiamami", "chiamare", "chiamateci"),
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
    (*("fon", "gsm", "anrufen", "appeler", "contacter", "ligue", "bel", "bel me", "bel ons"),),
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
        *("факс", "τηλέφωνο", "τηλ", "κινητό", "φαξ"),
    ),
    (
        *("звоните", "позвоните", "мой номер", "телефонуйте", "дзвоніть", "καλέστε"),
        "за номером",
    ),
    ("звонить", "по номеру"),
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
        *BLANKLESS_LABELS,
        *("致電", "拨打", "撥打", "ファックス", "ファクス", "핸드폰", "연락처", "팩스"),
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
