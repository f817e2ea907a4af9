"""Names of persons: found where something says so, passed over where the words are no name."""

import time
from collections import Counter
from importlib.resources import files

import pyarrow as pa
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from datagov.detect.pii import PiiDetector
from datagov.detect.pii.names.finding import find_names
from datagov.detect.text_buffer import TextBuffer
from datagov.texts import Strings


def names_in(texts, min_score):
    array = pa.array(texts, pa.large_string())
    return find_names(Strings(array), TextBuffer.of(array), min_score)


def names(*texts, min_score=0.4):
    found = names_in(texts, min_score)
    return [[texts[cell][s.start : s.end] for s in spans] for cell, spans in found]


PERSONS = [
    ("The chair, Thomas Jefferson, spoke.", "Thomas Jefferson"),
    ("wrote Anna van der Berg in 1999", "Anna van der Berg"),
    ("by Howard R. Ernst.", "Howard R. Ernst"),
    ("😀 Jürgen Rüttgers kam", "Jürgen Rüttgers"),
    ("Thomas Young’s experiments", "Thomas Young"),
    ("Dear Mr. Kowalczyk, thank you", "Kowalczyk"),
    ("my name is Sieda Batukayev.", "Sieda Batukayev"),
    ("Name: Sieda Batukayev\nAge: 3", "Sieda Batukayev"),
    ("Ich heiße Müller und wohne hier", "Müller"),
    ("姓名：王小明，男", "王小明"),
    ("患者欧阳娜娜，女", "欧阳娜娜"),
    ("我们请李丹丹先生发言", "李丹丹"),
    ("感谢王教授的帮助", "王"),
    ("法国哲学家让·马利·居约认为", "让·马利·居约"),
    ("联系人: 张伟 电话", "张伟"),
    ("My name is Dr. John Smith", "John Smith"),
    ("My name is Mr Robert Jones", "Robert Jones"),
    ("Name: Prof. Sieda Batukayev\n", "Sieda Batukayev"),
    ("Gerald Jay Sussman wrote it", "Gerald Jay Sussman"),
    ("by João Bosco Mangueira Sobral.", "João Bosco Mangueira Sobral"),
    ("Ashley Kyle Yablon said", "Ashley Kyle Yablon"),
    ("the James Webb Space Telescope", "James Webb"),
    ("Contact: Smith, John A.", "Smith, John A."),
    ("Contact: Smith, Berlin", "Smith"),
    ("作者：保罗·格拉汉姆（Paul）", "保罗·格拉汉姆"),
    *((text, "王小明") for text in (
        "患者王小明患有高血压", "患者王小明被诊断为肺癌", "患者王小明确诊肺癌",
        "患者王小明出现发热", "客户王小明来电", "监护人王小明", "我叫王小明今年12岁",
        "我妈妈叫王小明", "王小明患有艾滋病",
        "尊敬的王小明：", "请联系王小明", "name=王小明&tel=1", '{"name": "王小明"}',
        '{"姓名": "王小明"}', "姓名王小明男汉族",
    )),
    ('{"userName":"王小明"}', "王小明"),
    ("收件人陈静地址北京", "陈静"),
    ("户名李建国卡号6222", "李建国"),
    ("他叫王芳，名字叫王芳。", "王芳"),
    ("said King Henry VIII of England", "Henry VIII"),
    ("photo: Richard WM Jones, 2019", "Richard WM Jones"),
    ("Line Jensen and others", "Line Jensen"),
    ("Linus Torvalds说：", "Linus Torvalds"),
    ("總教練瑞克·卡萊爾率領", "瑞克·卡萊爾"),
    ("by Sandra Henry-Stocker.", "Sandra Henry-Stocker"),
    ("户主 周杰", "周杰"),
    ("原告李华诉称", "李华"),
    ("患者李亚男，女", "李亚男"),
    ("姓名李亚男性别女", "李亚男"),
    ("Prof. Friedrich List schrieb", "Friedrich List"),
    ("Dr. Anna Bar and others", "Anna Bar"),
    ("Contact: Robert Hall Phone: 12", "Robert Hall"),
    ("my name is Robert Force", "Robert Force"),
    ("Dr. Church will see you", "Church"),
    ("Mr. Joao Silva Xqzade came", "Joao Silva Xqzade"),
    ("Andrew NG teaches", "Andrew NG"),
    ("Jean DUPONT, né en 1980", "Jean DUPONT"),
    ("NAME: SMITH, JOHN", "SMITH, JOHN"),
    ("Lex Fridman said that", "Lex Fridman"),
    ("interview by Lex Fridman.", "Lex Fridman"),
    ("with Edit K. Xarvas", "Edit K. Xarvas"),
    ("Line Qvarn <line@example.org>", "Line Qvarn"),
    ("Copyright (c) 2003-2004, Mark Qording", "Mark Qording"),
    ("die Malerin Gundolf Qualm", "Gundolf Qualm"),
    ("Harlow Qapley, director of it", "Harlow Qapley"),
    ("Dragana Qovalenko and her dog", "Dragana Qovalenko"),
    ("John McQain was there", "John McQain"),
    ("met Volodymyr Qelen", "Volodymyr Qelen"),
    ("with Rajesh Qanna", "Rajesh Qanna"),
    ("with Keiko Qanaka", "Keiko Qanaka"),
    ("with Ngozi Qonda", "Ngozi Qonda"),
    *((text, "Priyanka Qzade") for text in (
        "Best regards,\nPriyanka Qzade", "Sincerely,\r\n\r\nPriyanka Qzade\r\nDentist",
        "> Cheers,\n> Priyanka Qzade", "Mit freundlichen Grüßen\nPriyanka Qzade",
        "Cordialement,\nPriyanka Qzade", "Atentamente\nPriyanka Qzade", "Mvh\nPriyanka Qzade",
        "С уважением,\nPriyanka Qzade", "Full name: Priyanka Qzade",
        "Ansprechpartnerin: Priyanka Qzade, Raum 3", "NAME:   Priyanka Qzade",
        "Nom : Priyanka Qzade", "Kontakt:\tPriyanka Qzade", "Cardholder：Priyanka Qzade",
        "Sehr geehrte Frau Priyanka Qzade,", "Liebe Frau Priyanka Qzade",
        "Jag heter Priyanka Qzade.", "Nazywam się Priyanka Qzade", "Меня зовут Priyanka Qzade",
    )),
    *((text, "Harlow Qzade") for text in (
        "Harlow Qzade\n12 High Street\nYork", "> Harlow Qzade\n> Hauptstraße 7\n",
        "Harlow Qzade\nTel: 1", "Harlow Qzade lives in York", "Harlow Qzade wurde geboren",
    )),
    ("王伟，男，1980年出生", "王伟"),
    ("被告：1、欧阳娜,女,汉族", "欧阳娜"),
    ("张伟（男，35岁）", "张伟"),
    ("患者裘玉梅，男，", "裘玉梅"),
    ("姓名：尚芳，", "尚芳"),
    ("妻子王芳，", "王芳"),
    ("医生：李明", "李明"),
    ("申请人：阿依古丽·买买提", "阿依古丽·买买提"),
    ("Best,\nBob", "Bob"),
    ("Kind regards\n\nJ. R. Qzade", "J. R. Qzade"),
    ("Nachname: Qzmann\n", "Qzmann"),
    ("Sehr geehrter Herr Dr. Qzade,", "Qzade"),
    ("Detective Olsen knocked", "Olsen"),
    ("Sandra was born in York", "Sandra"),
    ("María de los Ángeles García", "María de los Ángeles García"),
    ("Mary Jane Watson-Qarker", "Mary Jane Watson-Qarker"),
    ("with Mary-Jane O'Neill", "Mary-Jane O'Neill"),
    ("JOHN SMITH\n12 High Street", "JOHN SMITH"),
    ("vu par JEAN-PIERRE DUPONT hier", "JEAN-PIERRE DUPONT"),
    ("Author: Balaji T K <balaji@example.org>", "Balaji T K"),
    ("ФИО: Иванов Иван Иванович\n", "Иванов Иван Иванович"),
    ("Меня зовут Иван Петров.", "Иван Петров"),
    ("Họ và tên: Nguyễn Văn An\n", "Nguyễn Văn An"),
    ("氏名：山田太郎\n", "山田太郎"),
    ("お名前：佐々木 さくら 様", "佐々木 さくら"),
    ("私の名前は田中一郎です", "田中一郎"),
    ("이름: 김철수\n", "김철수"),
    ("제 이름은 박지민입니다", "박지민"),
    ("> 原文作者：[Harlow Qapley](https://example.org)", "Harlow Qapley"),
    ("by J. Robert Smith, who", "J. Robert Smith"),
    ("the praetor, P. Cornelius Smith, fought", "P. Cornelius Smith"),
    ("J. R. Robert Smith spoke\nR. Anna Jones too", "R. Anna Jones"),
    ("A. B. Robert Smith spoke", "A. B. Robert Smith"),
    *((text, "Robert Smith") for text in (
        "A. Robert Smith\nB. Anna Jones", "rich in vitamin C. Robert Smith said",
        "before World War I. Robert Smith said", "in the U.S. Robert Smith said",
        "of a nation.Robert Smith said", "by Robert Smith and Co-authors",
        "Name: Robert Smith\nid: 3", "Robert Smith, Co-founder",
    )),
    ("den heer JAN VAN DER BERG, ridder", "JAN VAN DER BERG"),
    ("教职员歐內斯特·莫尼茲亦", "歐內斯特·莫尼茲"),
    ("作家乔治·奥威尔写道", "乔治·奥威尔"),
    ("候选人柳博米尔·弗尔奇科夫斯基得票", "柳博米尔·弗尔奇科夫斯基"),
    ("Lieber Herr Freundschaft,", "Freundschaft"),
    ("詩人約翰·彌爾頓說", "約翰·彌爾頓"),
    ("法國總理喬治·克列孟梭主持", "喬治·克列孟梭"),
    ("Ian Christopher McQaleb came", "Ian Christopher McQaleb"),
    ("教授瑪西婭·麥克納特在", "瑪西婭·麥克納特"),
    *((f"{name} said so", name) for name in (
        "O'Brien", "D’Angelo", "Jean-Pierre", "Smith-Jones", "Mohammed bin Salman",
        "Martin Luther King",
    )),
    ("Sinéad O'Connor was born in Dublin.", "Sinéad O'Connor"),
    ("Mr. Mary Jane Watson left", "Mary Jane Watson"),
    ("in 1999 Governor Kate Brown took", "Kate Brown"),
    ("Dear Kim Jong Un,", "Kim Jong Un"),
    ("Dear Kim Jong Park Road", "Kim Jong"),
    ("My name is Nguyễn Văn An, hi", "Nguyễn Văn An"),
    ("Mr. Smith Xq7 came", "Smith"),
    ("Name: Robert Field\n", "Robert Field"),
    *((f"记者{name}的", name) for name in (
        "约翰·史密斯", "约翰·肯尼迪", "约翰·列侬", "阿尔伯特·爱因斯坦", "托马斯·爱迪生",
        "乔治·华盛顿", "埃隆·马斯克", "弗朗西斯·培根", "威廉·莎士比亚", "爱德华·斯诺登",
        "爱丽丝·门罗", "亚历山大·汉密尔顿", "大卫·贝克汉姆", "列夫·托尔斯泰", "英迪拉·甘地",
        "贾斯汀·比伯", "阿爾伯特·愛因斯坦", "大衛·貝克漢姆", "瑪格麗特·柴契爾", "唐納·川普",
    )),
    ("乔治·华盛顿大学", "乔治·华盛顿"),
    ("Barack Obama spoke", "Barack Obama"),
    ("I met Mark Zuckerberg and others", "Mark Zuckerberg"),
    ("国王约翰·史密斯", "约翰·史密斯"),
    ("恋爱约翰·史密斯", "约翰·史密斯"),
    ("主席艾哈迈德·沙拉比", "艾哈迈德·沙拉比"),
    ("理查德·布兰森爵士毕业于", "理查德·布兰森"),
    ("Name: Bill Smith\n", "Bill Smith"),
    ("Kontakt: Anna Banco-Qarker, Bank", "Anna Banco-Qarker"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), PERSONS)
def test_a_person_is_found(text, name):
    assert name in names(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "Virginia Woods Road", "St. John Smith Church", "John Hopkins University", "Will May come?",
        "Mr. President, thank you", "the Thomas Prize", "name is None", "Mark Twin Peaks",
        "San Antonio River", "Golden Age", "May June", "高兴先生们", "父母姓名和住址", "老师们说",
        "时间主任务", "Dr Pepper",
        "患者赵某某", "患者张某，男", "患者左肺感染", "患者焦虑发生",
        "不叫芦苇", "黄牛患有疾病", "客户关系管理", "客户宁愿购买", "name=黄瓜",
        "叫“管道”这个名字", "联系方式", '"productName":"王小明"',
        "客户付费的版本",
        "Line Segments and Line Editor", "Claude Desktop", "Travis CI builds", "the Roman People",
        "German Federal law", "das Robert Koch-Institut", "Thomas Jefferson High School",
        "en el Reino Unido", "Solange der Vertrag gilt", "Job File Manager", "Edit CSV Files",
        "Einer der Leichtmatrosen muss", "Media Writer", "by West Sussex", "Job Title",
        "sorted by Max Value", "Mark Text", "Robert HTTP", "Mr. President of", "Dr. Institut",
        "Best,\nThe Team", "Thanks,\nSupport\n", "First name: Required\n", "Last name: String",
        "name: GNU Lesser Licence\n", "he lives in Florence", "was born in Victoria",
        "JAMES STREET", "JACK PORT", "氏名：未設定", "이름: 필수", "名前：一覧",
        "Rua Ana Qaciola 12", "ul. Jan Qowal 3",
        "Harlow Qzade\nis a place", "Hi Qonan Qisten Qorre",
        "某患者，男，35岁", "斯拉夫人", "父亲是韩国的", "患者是英国人",
        "Sehr geehrter Herr Bundespräsident,", "the Officer. Olsen Street", "first name: A-Z",
        "高等，男，", "妻子的，", "老师安排", "医生方便",
        "Rev History: none",
        "Mr. Chief Justice, thank you", "known as “Mr. Civil Rights”",
        "London: William Smith, Ltd.; Harvard", "John Smith & Sons, 1921", "Robert Smith, Inc. is",
        "Institut Robert Smith, Paris", "Gene Guns",
        "at Robert Smith Community College", "die an meinem Herrn Freundschaft und Treue",
        "Lycée Victor Martin",
        "jobs:\n- name: Initialize Qzade\n  uses: x", "name: Install Packages\n  run: apt",
        "Mr. X1", "Mr. Smith2",
        "Имя: Фамилия", "Vorname: Nachname", "Imię: Nazwisko", "FULL NAME: REQUIRED",
        "Surname: Required Field", "Vorname: Pflicht", "Ad Soyad: Zorunlu", "Фамилия: Нет",
        "Имя: Пользователь", "Account name: Savings Account", "Titulaire: Banque Populaire",
        "Titular: Banco Santander", "Sachbearbeiter: Finanzamt Berlin",
        "Ansprechpartner: Deutsche Telekom", "Emergency Contact: Fire Brigade",
        "Beneficiary: Local Communities", "Ship to: United States", "Bill to: Acme Holdings",
        "Contact: Human Resources", "Attn: Legal Dept", "Employee: Full Time",
        "Written by: Staff Writer", "Client: Chrome Browser", "Name: Sales Report",
        "Contact: Sales Department", "Sayın Yetkili", "Sayın Müşterimiz", "Sayın Başkan",
        "Sra. Directora", "Monsieur Propre", "Frau Doktor", "Rev. A Draft",
        "他曾听见医生说", "魯國太夫人", "Red Cross", "Lex Aquilia",
    ],
)  # fmt: skip
def test_what_is_no_person_is_passed_over(text):
    assert names(text) == []


PIECES = [text for text, _ in PERSONS] + ["\n", "\0", " ", "·", "Mr. ", "姓名", "é", "Ａｎｎ", "🙂"]


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=5).map("".join), max_size=4))
def test_each_text_is_read_by_itself_and_spans_lie_inside_it(texts):
    together = names_in(texts, 0.0)
    alone = [(i, spans) for i, text in enumerate(texts) for _, spans in names_in([text], 0.0)]
    assert together == alone
    for cell, spans in together:
        ends = [0, *(s.end for s in spans)]
        assert all(before <= s.start < s.end for before, s in zip(ends, spans, strict=False))
        assert ends[-1] <= len(texts[cell])


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "Prof. Dr. ", "Liebe Frau ", "Dr. Mr. ", "Estimado Sr. ", "Cher Monsieur ", "Uncle ",
        "Name: ", "Name：", "Full name: Dr. ", "Dear ", "I am ", "my name is ", "Best,\n",
        "Best!\n> ", "Anna ", "Anna-", "Mary Jane ", "ANNA ", "Kim ", "A. ", "A. B. Anna ",
        "Anna said ", "bin ", "Anna van der ", " was born", "Xqzade ", "X", "Anna X'", "先生",
        "王先生", "姓名", "姓名：", "name=", "约翰·", "约翰", "·", "，男", "氏名：", "患有",
        "Смирнова ", "Anna M. Smith, ", "Mr. Smith and Anna Jones, Dear Bob ",
    ],
)  # fmt: skip
def test_time_grows_with_the_length_alone(unit):
    def seconds(n_chars):
        begin = time.process_time()
        names_in([unit * (n_chars // len(unit))], 0.0)
        return time.process_time() - begin

    seconds(1000)
    # Quadratic time would be sixty-four times as much.
    assert seconds(160_000) < 24 * seconds(20_000) + 0.1


def test_of_names_within_one_another_the_longest_has_the_best_score():
    [(_, [span])] = names_in(["We met Mary Jane Watson."], 0.0)
    assert (span.start, span.end, span.score) == (7, 23, 0.85)


def test_the_detector_finds_names_unless_told_otherwise():
    text = "my name is Thomas Jefferson"
    assert PiiDetector().detect([text])["category"].to_pylist() == ["PERSON"]
    assert PiiDetector(entities=("EMAIL_ADDRESS",)).detect([text]).num_rows == 0
    assert PiiDetector(min_score=0.9).detect([text]).num_rows == 0


def test_no_list_of_words_has_one_twice() -> None:
    lists = yaml.safe_load((files("datagov.detect.pii.names") / "words.yaml").read_text("utf-8"))
    for kind, words in lists.items():
        counts = Counter(words.split())
        assert not [word for word, n in counts.items() if n > 1], kind
