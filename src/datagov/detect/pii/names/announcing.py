"""What announces a name: titles, labels of fields, greetings, closings of letters, what people say.

Of languages in which names begin with a capital.
"""

TITLES = (
    *("Mr", "Mrs", "Ms", "Miss", "Dr", "Prof", "Professor", "Herr", "Herrn", "Frau", "Mme", "Mlle"),
    *("Monsieur", "Madame", "Señor", "Señora", "Sra", "Srta", "Sig", "Signora", "Dott", "Pan"),
    *("Pani", "Rev", "Sgt", "Capt", "Mevrouw", "Meneer", "Sayın", "geehrte Frau", "geehrter Herr"),
    *("Liebe Frau", "Lieber Herr", "Hallo Frau", "Hallo Herr", "Chère Madame", "Cher Monsieur"),
    *("Estimado Sr", "Caro Sig", "Uncle", "Aunt", "Officer", "Detective", "Sergeant", "Lieutenant"),
    *("Senator", "Congressman", "Congresswoman", "Governor"),
)
TITLES_THAT_ARE_WORDS = (
    *("Frau", "Herr", "Miss", "Pan", "Pani", "Professor", "Madame", "Sig", "Rev", "Uncle", "Aunt"),
    *("Officer", "Detective", "Sergeant", "Lieutenant", "Senator", "Congressman", "Congresswoman"),
    "Governor",
)
"""Those behind which a name counts only if a list has a part of it."""

WHOLE_TITLES = frozenset(TITLES_THAT_ARE_WORDS) - {"Sig", "Rev"}
"""Behind these a dot ends the sentence."""

CUES = (
    *("my name is", "My name is", "name is", "my name's", "My name's", "Ich heiße", "ich heiße"),
    *("Mein Name ist", "mein Name ist", "je m'appelle", "Je m'appelle", "me llamo", "Me llamo"),
    *("mi nombre es", "Mi nombre es", "mi chiamo", "Mi chiamo", "meu nome é", "Meu nome é"),
    *("mijn naam is", "Mijn naam is", "Jmenuji se", "Nazywam się", "nazywam się", "Jag heter"),
    *("jag heter", "Jeg heter", "Jeg hedder", "Benim adım", "Minun nimeni on", "Mă numesc"),
    *("Tên tôi là", "tên tôi là", "Nama saya", "nama saya", "Меня зовут", "меня зовут"),
    *("Мене звати", "мене звати", "Με λένε", "με λένε"),
)

_LABELS = (
    *("Name", "name", "Contact", "Patient", "Customer", "Client", "Author", "Employee"),
    *("Applicant", "Nom", "Nombre", "Nome", "Naam", "Kontakt", "Autor", "Attn", "Kunde"),
    *("Sender", "Recipient", "Signed", "Billing address", "Shipping address", "Directed by"),
    *("Written by", "Bill to", "Ship to"),
)
FULL_LABELS = frozenset(
    (
        *("full name", "first name", "last name", "surname", "given name", "family name"),
        *("middle name", "maiden name", "vorname", "nachname", "familienname", "geburtsname"),
        *("vor- und nachname", "ansprechpartner", "ansprechpartnerin", "kontoinhaber"),
        *("sachbearbeiter", "sachbearbeiterin", "cardholder", "cardholder name", "account holder"),
        *("account name", "beneficiary", "contact person", "emergency contact", "next of kin"),
        *("prénom", "nom et prénom", "nom de famille", "titulaire", "nombre completo", "apellido"),
        *("apellidos", "nombre y apellidos", "titular", "nome completo", "cognome", "sobrenome"),
        *("nome e cognome", "intestatario", "imię", "nazwisko", "imię i nazwisko", "jméno"),
        *("příjmení", "voornaam", "achternaam", "contactpersoon", "förnamn", "efternamn"),
        *("fornavn", "etternavn", "etunimi", "sukunimi", "ad soyad", "adı soyadı", "soyadı"),
        *("họ tên", "họ và tên", "nama lengkap", "фио", "ф.и.о.", "имя", "фамилия", "отчество"),
        *("піб", "прізвище", "ім'я", "ονοματεπώνυμο", "επώνυμο"),
    )
)
"""Fields that hold a name of a person and nothing else, in lower case."""

LABELS = tuple(
    dict.fromkeys(
        form
        for label in (*_LABELS, *sorted(FULL_LABELS))
        for form in (label, label.capitalize(), label.title(), label.upper())
    )
)

GREETINGS = (
    *("I'm", "I’m", "I am", "calls me", "was called", "call me"),
    *("Dear", "Hi", "Hello", "Hey", "Liebe", "Lieber", "Hallo", "Cher", "Chère", "Querido"),
    *("Querida", "Estimado", "Estimada", "Caro", "Cara", "Beste"),
)

CLOSINGS = (
    *("regards", "Regards", "REGARDS", "wishes", "Sincerely", "sincerely", "Cheers", "Best"),
    *("Yours truly", "Yours faithfully", "Yours", "Thanks", "Thank you", "Love", "Warmly"),
    *(
        "Respectfully",
        "Grüßen",
        "Grüsse",
        "Grüße",
        "Gruß",
        "Gruss",
        "Hochachtungsvoll",
        "Cordialement",
    ),
    *("Bien à vous", "Amicalement", "saludos", "Saludos", "saludo", "Atentamente", "atentamente"),
    *("Cordiali saluti", "Distinti saluti", "saluti", "Atenciosamente", "Abraços", "Cumprimentos"),
    *("groet", "groeten", "Groeten", "hälsningar", "Hälsningar", "hilsen", "Mvh", "MVH"),
    *("poważaniem", "Pozdrawiam", "pozdravem", "Saygılarımla", "Trân trọng", "Hormat saya"),
    *("уважением", "повагою", "Εκτίμηση"),
)
