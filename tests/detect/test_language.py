"""Languages are told by script and function words."""

import pytest

from datagov.detect.language import identify


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("The harbour was rebuilt after the storm, and its lighthouse still stands there.", "en"),
        ("Der Hafen wurde nach dem Sturm neu gebaut, und der Leuchtturm steht noch da.", "de"),
        ("Le port a été reconstruit après la tempête et le phare est toujours là.", "fr"),
        ("El puerto fue reconstruido después de la tormenta y el faro sigue en pie.", "es"),
        ("Гавань была построена заново после бури, и маяк всё ещё стоит на месте.", "ru"),
        ("Гавань була збудована знову після бурі, і маяк ще стоїть на своєму місці.", "uk"),
        ("港口在风暴之后重建，灯塔至今仍然矗立。", "zh"),
        ("港は嵐の後に再建され、灯台は今も立っています。", "ja"),
        ("항구는 폭풍 후에 재건되었고 등대는 여전히 서 있습니다.", "ko"),
        ("أعيد بناء الميناء بعد العاصفة ولا تزال المنارة قائمة في مكانها.", "ar"),
        ("ท่าเรือถูกสร้างขึ้นใหม่หลังพายุ", "th"),
        ("123 456 !!!", "zxx"),
        ("", "zxx"),
    ],
)
def test_a_sentence_has_its_language(text, tag):
    assert identify([text]).to_pylist() == [tag]


def test_the_answer_does_not_depend_on_neighbours():
    texts = ["港口在风暴之后重建", "", "The storm was over and the harbour was there."] * 3
    assert identify(texts).to_pylist() == ["zh", "zxx", "en"] * 3
