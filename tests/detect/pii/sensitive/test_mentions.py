"""Mentions: what is sensitive counts by how closely it is tied to a person."""

import time

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagov.detect.pii.sensitive.mentions import find_mentions
from datagov.detect.pii.sensitive.sentences import record, sentence
from datagov.detect.pii.spans import Span
from datagov.detect.text_buffer import TextBuffer
from datagov.texts import Strings

DEFAULT = 0.4
PEOPLE = {"Ann Lee": "PERSON", "张三": "PERSON", "ann@example.org": "EMAIL_ADDRESS"}
PEOPLE |= {"11010519491231002X": "CN_RESIDENT_ID", "10.0.0.1": "IP_ADDRESS", "x.org": "URL"}


def persons(text):
    found = ((text.find(name), name, entity) for name, entity in PEOPLE.items())
    return sorted(Span(at, at + len(n), e, "test", 0.9) for at, n, e in found if at >= 0)


def mentions_in(array, near):
    return find_mentions(Strings(array), TextBuffer.of(array), near)


def mentions(*texts):
    near = [(i, persons(text)) for i, text in enumerate(texts) if persons(text)]
    return mentions_in(pa.array(texts, pa.large_string()), near)


def found(text, least=DEFAULT):
    spans = [span for _, spans in mentions(text) for span in spans if span.score >= least]
    return [(span.entity.removeprefix("SENSITIVE_"), text[span.start : span.end]) for span in spans]


STATEMENTS = [
    ("I was recently diagnosed with lung cancer in May.", "HEALTH", "diagnosed with lung cancer"),
    ("My HIV status is nobody's business", "HEALTH", "HIV status"),
    ("我去年在北京医院被确诊为糖尿病。", "HEALTH", "确诊为糖尿病"),
    ("我患有憂鬱症，", "HEALTH", "患有憂鬱症"),
    ("🙂🙂 Ich habe Brustkrebs.", "HEALTH", "Brustkrebs"),
    ("J’ai un cancer du sein.", "HEALTH", "cancer du sein"),
    ("Me diagnosticaron leucemia.", "HEALTH", "diagnosticaron leucemia"),
    ("У меня эпилепсия.", "HEALTH", "эпилепсия"),
    ("عندي السكري", "HEALTH", "السكري"),
    ("私は糖尿病と診断された。", "HEALTH", "糖尿病と診断され"),
    ("저는 당뇨병을 앓고 있다.", "HEALTH", "당뇨병을 앓고"),
    ("I am a devout Muslim.", "BELIEF", "Muslim"),
    ("我是基督徒。", "BELIEF", "基督徒"),
    ("Soy católica.", "BELIEF", "católica"),
    ("Я мусульманин.", "BELIEF", "мусульманин"),
    ("أنا مسلم", "BELIEF", "مسلم"),
    ("I'm openly gay.", "IDENTITY", "gay"),
    ("Mein Casier? No: my criminal record.", "IDENTITY", "criminal record"),
    ("我是回族。", "IDENTITY", "回族"),
    ("They sold my DNA profile.", "BIOMETRIC", "DNA profile"),
    ("我的指纹被采集了", "BIOMETRIC", "指纹"),
    ("I'm at 31.23045, 121.47370 now", "LOCATION", "31.23045, 121.47370"),
    ("我在39.9042,116.4074", "LOCATION", "39.9042,116.4074"),
    ("我现在在 39.9042,116.4074。", "LOCATION", "39.9042,116.4074"),
    ("我的位置是39.9042,116.4074", "LOCATION", "39.9042,116.4074"),
    ("I just checked in at the Hilton.", "LOCATION", "checked in at the Hilton"),
    ("我昨天入住如家酒店。", "LOCATION", "入住如家酒店"),
    ("My salary is $85,000.", "FINANCE", "salary is $85,000"),
    ("我的月薪是15000元", "FINANCE", "月薪是15000元"),
    ("My 6-year-old loves it", "MINOR", "6-year-old"),
    ("我儿子今年6岁", "MINOR", "6岁"),
    ("Ann Lee's diabetes got worse", "HEALTH", "diabetes"),
    ("张三的指纹", "BIOMETRIC", "指纹"),
    ("Ann Lee was diagnosed with HIV.", "HEALTH", "diagnosed with HIV"),
    ("张三被诊断为肺癌，住院。", "HEALTH", "诊断为肺癌"),
    ("Ann Lee (ann@example.org) suffers from severe epilepsy.", "HEALTH", "epilepsy"),
    ("Patient No. 48213 was diagnosed with herpes.", "HEALTH", "diagnosed with herpes"),
    ("11010519491231002X，乙肝", "HEALTH", "乙肝"),
    ("Ann Lee is a Muslim", "BELIEF", "Muslim"),
    ("Ann Lee, who is openly gay, said", "IDENTITY", "gay"),
    ("张三先生是穆斯林", "BELIEF", "穆斯林"),
    ("张三是同性恋。", "IDENTITY", "同性恋"),
    ("患者张三，佛教徒", "BELIEF", "佛教徒"),
    ("患者张三，艾滋病史5年", "HEALTH", "艾滋病"),
    ("Patient Ann Lee, HIV positive", "HEALTH", "HIV positive"),
    ("Ann Lee, 9 years old", "MINOR", "9 years old"),
    ("Ann Lee (aged 9)", "MINOR", "aged 9"),
    ("我叫张三，今年12岁", "MINOR", "12岁"),
    ("张三同学今年8岁了", "MINOR", "8岁"),
    ("He has HIV.", "HEALTH", "HIV"),
    ("She was diagnosed with epilepsy.", "HEALTH", "diagnosed with epilepsy"),
    ("She is a Muslim", "BELIEF", "Muslim"),
    ("他是基督徒", "BELIEF", "基督徒"),
    ("我信佛教", "BELIEF", "信佛教"),
]


@pytest.mark.parametrize(("text", "category", "value"), STATEMENTS)
def test_what_is_tied_to_a_person_counts(text, category, value):
    assert any(name == category and value in part for name, part in found(text))


RECORDS = [
    ("姓名：张三\n诊断：肺癌 晚期\n", "HEALTH", "诊断：肺癌 晚期"),
    ("张三，男，民族：维吾尔族，", "IDENTITY", "民族：维吾尔族"),
    ("Name: Ann Lee\nAge: 9\n", "MINOR", "Age: 9"),
    ("Ann Lee | Religion: Catholic | x", "BELIEF", "Religion: Catholic"),
    ("ann@example.org; Salary: USD 5,000; ok", "FINANCE", "Salary: USD 5,000"),
    ("Name: Ann Lee\nGPS: 31.2304", "LOCATION", "GPS: 31.2304"),
    ("姓名：张三，定位：39.9042,116.4074，男", "LOCATION", "定位：39.9042,116.4074"),
    ("Name: Ann Lee\nGPS: 31.2304, -121.4737; 9", "LOCATION", "GPS: 31.2304, -121.4737"),
    ("张三，坐标：东经116.40，北纬39.90", "LOCATION", "坐标：东经116.40，北纬39.90"),
    ("姓名：张三\n指纹特征：A81F", "BIOMETRIC", "指纹特征：A81F"),
]


@pytest.mark.parametrize(("text", "category", "value"), RECORDS)
def test_a_field_counts_in_a_record_with_a_person_and_nowhere_else(text, category, value):
    assert (category, value) in found(text)
    nobody = text
    for name in PEOPLE:
        nobody = nobody.replace(name, "-" * len(name))
    assert found(nobody) == []
    apart = "Ann Lee ann@example.org\n\n" + nobody
    assert found(apart) == []


NOT_OF_A_PERSON = [
    "Lung cancer is a disease.",
    "Patients diagnosed with diabetes were asked.",
    "Upon my faith, no person can stay here.",
    "People who converted to Islam in 1200",
    "Am I allergic to penicillin?",
    "Is my child allergic to penicillin?",
    "If I was diagnosed with cancer, I would travel.",
    "My hearing aids are new.",
    "Work-life Balance: 50 EUR for Ann Lee",
    "新增确诊病例12例，累计确诊100例。",
    "这里入住率比较低，我觉得不妥。",
    "我6岁的时候住在北京。",
    "我国糖尿病患者很多。",
    "The salary of a judge is $5,000.",
    "points 0.12345, 0.54321 and 31.23045, 121.47370",
    "See 10.0.0.1 and x.org. Diagnosis: the disk is full",
    "Ann Lee, aged 14-year-old whisky",
    "Ann Lee is a Catholic bishop.",
    "张三是佛教徒聚会的召集人",
    "张三6岁开始学琴",
    "张三，糖尿病专家",
    "Ann Lee, aged 9-12 months",
    "He is not a Muslim.",
    "It matters whether she is gay.",
    "他为他受洗。",
    "其他是回族。",
    "GPS: 12345",
    "中心位于39.9042,116.4074",
]


@pytest.mark.parametrize("text", NOT_OF_A_PERSON)
def test_what_is_tied_to_nobody_does_not_count(text):
    assert found(text) == []


def test_what_only_stands_beside_a_person_stays_below_the_default_threshold():
    for text in ("Ann Lee was a Catholic bishop.", "Ann Lee writes about diabetes."):
        assert found(text) == []
        assert len(found(text, 0.0)) == 1
    assert found("Ann Lee sings. Diabetes is bad.", 0.0) == []
    assert found("张三唱歌。糖尿病很多。", 0.0) == []


REVIEW = "The film has a thin plot. {} It is a comedy whose characters bore the audience."
PLAY = "Enter ANNA\n\nANNA\nWho is there?\n\nBERTA\n{}\n\nANNA\nSo it is.\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (REVIEW, "In the end she tells that he is gay."),
        (REVIEW, "He is convicted of murder and flees."),
        (REVIEW, "She had an abortion years ago."),
        (REVIEW, 'At the altar he says: "I am gay."'),
        (REVIEW, "“I have cancer,” his mother writes."),
        (PLAY, "I hate him for he is a Christian."),
        (PLAY, "I am a Christian."),
        (PLAY.replace("\n", "\r\n"), "He is a Christian."),
    ],
)
def test_what_is_said_of_a_role_is_nobodys(text, said):
    assert found(said) != []
    assert found(text.format(said)) == []
    assert len(found(text.format(said), 0.0)) == 1


@pytest.mark.parametrize(
    "said",
    [
        "I saw it with my 11 year old sister.",
        "I am gay and was moved by it.",
        "Ann Lee was diagnosed with HIV after it was shot.",
        "Ann Lee, who is openly gay, said so.",
    ],
)
def test_beside_films_the_writer_and_who_is_named_are_no_roles(said):
    assert found(REVIEW.format(said)) != []


def test_one_word_on_films_does_not_make_somebody_a_role():
    assert found("She plays in films. Last year she was diagnosed with epilepsy.") != []
    scene = "The cast of the role was a character; the script of the episode, its plot and scene. "
    assert found(scene + "She was diagnosed with epilepsy.") != []
    assert found("HISTORY\n\nHe has HIV.\n\nMEDICATION\n\nPLAN\n\nEXIT\n") != []


def test_a_name_is_not_a_belief():
    text = "Ann Christian writes"
    people = [(0, [Span(0, 13, "PERSON", "test", 0.9)])]
    assert mentions_in(pa.array([text], pa.large_string()), people) == []


def test_each_text_stands_on_its_own():
    texts = [
        "I have lung",
        "cancer, my",
        "diabetes",
        "",
        "I am\0a Sikh",
        "Ann Lee's",
        "asthma 我患有",
    ]
    alone = [(i, spans) for i, t in enumerate(texts) for _, spans in mentions(t)]
    assert mentions(*texts) == alone


def test_a_sliced_array_is_read_from_its_offset():
    array = pa.array(["x" * 9, "My diabetes"], pa.large_string()).slice(1)
    assert [(cell, s.start, s.end) for cell, (s,) in mentions_in(array, [])] == [(0, 3, 11)]


PIECES = (
    [t for t, *_ in STATEMENTS] + NOT_OF_A_PERSON + ["\n", "\0", "🙂", "Ａｎｎ", " my ", "é", "。"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=5).map("".join)))
def test_any_texts_give_each_their_own_sorted_spans_inside(texts):
    together = mentions(*texts)
    assert together == [(i, spans) for i, t in enumerate(texts) for _, spans in mentions(t)]
    for cell, spans in together:
        assert spans == sorted(spans)
        assert all(0 <= s.start < s.end <= len(texts[cell]) and 0 < s.score < 1 for s in spans)


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", ["my cancer ", "我患有", "I was ", "Diagnosis: ", "(my ", "1.00001,"]
)
def test_time_grows_with_the_length_alone(unit):
    def seconds(n_chars):
        begin = time.process_time()
        mentions(unit * (n_chars // len(unit)))
        return time.process_time() - begin

    seconds(1000)
    # Quadratic time would be sixty-four times as much.
    assert seconds(160_000) < 24 * seconds(20_000) + 0.1


def test_sentences_end_where_people_end_them():
    text = "One. Mr. A. Smith has it. 二。三！\nfour\n\nfive"
    places = {"Smith": "Mr. A. Smith has it", "二": "二", "三": "三", "four": "four"}
    for word, whole in places.items():
        at = text.index(word)
        low, high = sentence(text, at, at + len(word))
        assert text[low:high].strip() == whole
    at = text.index("four")
    assert text[slice(*record(text, at, at + 4))].endswith("三！\nfour")
    wrapped = "he was\nill"
    assert sentence(wrapped, 7, 10) == (0, 10)
