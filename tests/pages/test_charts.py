from arf.pages.charts import Estimate, chart


def test_chart_labels_are_escaped() -> None:
    svg = chart([Estimate("<b>$x$", 0.5, None, None)], 'share of "x" & y')
    assert 'aria-label="share of &#34;x&#34; &amp; y"' in svg
    assert "&lt;b&gt;$x$" in svg
    assert 'id="figure' not in svg


def test_shares_are_told_in_percent() -> None:
    svg = chart([Estimate("a", 0.835, 0.8, 0.9)], "a", (0, 1), percent=True)
    assert ">84 %<" in svg or ">83 %<" in svg
    assert ">100 %<" in svg
    assert ">0.8" not in svg
