"""The publication pack: report, tables, method note and the digests of all, in one archive. Printed in Chinese.

The archive is the same, byte by byte, for the same results: whoever has it can check every file against ``digest.txt``
and draw the sample again from ``sample.json``.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from chengshu.foundation.papers.docx import write_docx
from chengshu.foundation.papers.layout import Cell, Imprint, Paper, Part, Row
from chengshu.foundation.papers.pdf import write_pdf
from chengshu.foundation.papers.xlsx import write_xlsx
from chengshu.scenes.supervision.inspecting import Results
from chengshu.scenes.supervision.sampling.calling import CallRates
from chengshu.scenes.supervision.sampling.estimating import Estimate
from chengshu.scenes.supervision.sampling.intervals import Interval, Rate

ALLOCATIONS = {"proportional": "按比例", "neyman": "奈曼最优"}
_EARLIEST = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class PackHead:
    """What an inspection is called and rests on.

    :param sample: method, seed, digests, sizes and allocation of the draw, with frame and chosen keys
    """

    title: str
    organiser: str
    period_from: date
    period_until: date
    published_at: datetime
    sample: Mapping[str, Any]
    simulated: bool


def pack(head: PackHead, results: Results) -> bytes:
    """The archive."""
    paper = report(head, results)
    files = {
        "报告.pdf": write_pdf(paper),
        "报告.docx": write_docx(paper),
        "数据表.xlsx": write_xlsx(paper),
        "方法说明.txt": method_note(head, results).encode(),
        "sample.json": json.dumps(head.sample, ensure_ascii=False, sort_keys=True, indent=1).encode(),
    }
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in sorted(files.items())]
    files["digest.txt"] = ("\n".join(lines) + "\n").encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def report(head: PackHead, results: Results) -> Paper:
    """The report: overview, every question with its interval, every unit with its weights."""
    parts = [_overview(head, results), _questions(head, results), _units(head, results)]
    if results.calls is not None:
        parts.append(_calls(results.calls))
    version = str(head.sample.get("digest", ""))[:12] or "1"
    return Paper(tuple(parts), Imprint(head.published_at, version, simulated=head.simulated))


def summary(results: Results) -> dict[str, Any]:
    """The figures as the public page shows them, in plain JSON."""
    return {
        "met": _estimate_json(results.met),
        "valid": _rate_json(results.valid),
        "coverage": _rate_json(results.coverage),
        "kappa": None if results.agreement.kappa is None else str(results.agreement.kappa),
        "steps": [
            {"title": one.step.title, "title_en": one.step.title_en, **_estimate_json(one.estimate)}
            for one in results.steps
        ],
        "units": [
            {"unit": one.unit_name, "usable": one.usable, **_rate_json(one.met)} for one in results.strata
        ],
    }


def method_note(head: PackHead, results: Results) -> str:
    """How it was done, so that anybody can do it again."""
    sample = head.sample
    met, agreement = results.met, results.agreement
    lines = [
        f"{head.title}　方法说明",
        "",
        f"检查期间：{head.period_from} 至 {head.period_until}；组织单位：{head.organiser}",
        f"检查脚本：{results.script.title}（{results.script.key}），依据：{results.script.source}",
        f"抽样框：{sum(sample.get('sizes', {}).values())} 个单元，{len(sample.get('sizes', {}))} 层（层为单位）",
        f"抽样框摘要（SHA-256，键与层排序后的紧凑 JSON）：{sample.get('frame_digest', '')}",
        f"分配：{ALLOCATIONS.get(sample.get('allocation_rule', ''), '—')}",
        f"样本量：{sum(sample.get('allocation', {}).values())}",
        f"抽取算法：{sample.get('method', '')}；随机种子：{sample.get('seed', '')}",
        f"样本摘要：{sample.get('digest', '')}",
        "抽取方法：对每个单元计算 SHA-256（算法、种子、抽样框摘要、层、键，以换行连接），各层取数值最小者。",
        f"复算命令：./chengshu supervision recompute-sample {sample.get('id', '')}",
        f"有效样本：全部必查步骤均有回答及证据的走访，或完成全部问题的访问；{printed_rate(results.valid)}",
        "有效样本率的分母为全部抽中单元，含未完成与作废者。",
        f"总体估计：分层加权，{printed_estimate(met)}",
        "总体估计的区间为按有效样本量计算的 Wilson 区间，方差含有限总体校正。",
        "单位得分旁的区间为 Wilson 区间；分母为零的比率不计算，记为“—”，不记作 100%。",
        "双人编码一致性：Cohen's κ = "
        + (
            "—"
            if agreement.kappa is None
            else f"{agreement.kappa:.3f}（{agreement.low:.3f}～{agreement.high:.3f}）"
        )
        + f"，共 {agreement.coded} 项双编码。",
        "盲法：结果释放前，被检查单位不能看到任何走访、证据、编码和问题记录。",
    ]
    if results.calls is not None:
        lines.append("电话结果代码与应答率按 AAPOR 标准定义（RR1、RR3、COOP1、REF1、CON1）。")
    return "\n".join(lines) + "\n"


def printed_rate(rate: Rate) -> str:
    """Such as ``85.00%（34/40；95% 置信区间 70.93%～92.94%）``."""
    if rate.share is None:
        return "—（分母为 0）"
    return f"{_percent(rate.share)}（{rate.count}/{rate.of}；{_interval(rate.interval)}）"


def printed_estimate(estimate: Estimate) -> str:
    """The estimate with its interval and the number of answers."""
    if estimate.share is None:
        return "—（无有效回答）"
    return f"{_percent(estimate.share)}（n={estimate.answered}；{_interval(estimate.interval)}）"


def _overview(head: PackHead, results: Results) -> Part:
    lines = (
        ("检查期间", f"{head.period_from} 至 {head.period_until}"),
        ("检查脚本", results.script.title),
        ("无扣分项的比例（总体估计）", printed_estimate(results.met)),
        ("有效样本率", printed_rate(results.valid)),
        ("单位覆盖率", printed_rate(results.coverage)),
        ("双人编码一致性 κ", "—" if results.agreement.kappa is None else f"{results.agreement.kappa:.3f}"),
    )
    rows = tuple(Row((Cell(label, "label"), Cell(value))) for label, value in lines)
    return Part(
        name="概况",
        title=head.title,
        widths=(60, 126),
        rows=rows,
        orientation="portrait",
        above=(f"组织单位：{head.organiser}",),
        font_size=10,
    )


def _questions(head: PackHead, results: Results) -> Part:
    heads = ("序号", "检查内容", "符合", "有效回答", "估计比例", "95% 置信区间")
    rows = [Row(tuple(Cell(text, "label") for text in heads), heading=True)]
    for number, one in enumerate(results.steps, 1):
        share = one.estimate.share
        cells: Sequence[Cell] = (
            Cell(str(number), align="center"),
            Cell(one.step.title),
            Cell(Decimal(one.yes), "number", figures="count"),
            Cell(Decimal(one.answered), "number", figures="count"),
            Cell("—", align="center") if share is None else Cell(share, "number", figures="percent"),
            Cell(_ends(one.estimate.interval), align="center"),
        )
        rows.append(Row(tuple(cells)))
    return Part(
        name="分项结果",
        title="分项结果",
        widths=(12, 78, 18, 22, 24, 36),
        rows=tuple(rows),
        orientation="portrait",
        below=("估计比例为分层加权结果，区间按有效样本量计算。",),
    )


def _units(head: PackHead, results: Results) -> Part:
    heads = ("单位", "抽样框", "样本", "有效", "设计权重", "应答权重", "无扣分项", "95% 置信区间")
    rows = [Row(tuple(Cell(text, "label") for text in heads), heading=True)]
    for one in results.strata:
        share = one.met.share
        rows.append(
            Row(
                (
                    Cell(one.unit_name),
                    *(Cell(Decimal(n), "number", figures="count") for n in (one.size, one.drawn, one.usable)),
                    Cell(_weight(one.base_weight), align="center"),
                    Cell(_weight(one.answer_weight), align="center"),
                    Cell("—", align="center") if share is None else Cell(share, "number", figures="percent"),
                    Cell(_ends(one.met.interval), align="center"),
                )
            )
        )
    return Part(
        name="分单位结果",
        title="分单位结果",
        widths=(50, 16, 14, 14, 20, 20, 22, 34),
        rows=tuple(rows),
        orientation="portrait",
        below=("单位样本量小，区间宽；不宜据此排名。",),
    )


def _calls(calls: CallRates) -> Part:
    lines = (
        ("拨打总数", str(calls.calls)),
        ("完成访问", str(calls.complete)),
        ("应答率 RR1", _share(calls.rr1)),
        ("应答率 RR3", _share(calls.rr3)),
        ("合作率 COOP1", _share(calls.coop1)),
        ("拒访率 REF1", _share(calls.ref1)),
        ("接触率 CON1", _share(calls.con1)),
    )
    return Part(
        name="电话结果",
        title="电话结果（AAPOR）",
        widths=(60, 126),
        rows=tuple(Row((Cell(label, "label"), Cell(value))) for label, value in lines),
        orientation="portrait",
    )


def _interval(interval: Interval | None) -> str:
    return "" if interval is None else f"{interval.level:.0%} 置信区间 {_ends(interval)}"


def _ends(interval: Interval | None) -> str:
    return "—" if interval is None else f"{_percent(interval.low)}～{_percent(interval.high)}"


def _percent(share: Decimal) -> str:
    return f"{share * 100:.2f}%"


def _share(share: Decimal | None) -> str:
    return "—" if share is None else _percent(share)


def _weight(weight: Decimal | None) -> str:
    return "—" if weight is None else f"{weight:.3f}"


def _rate_json(rate: Rate) -> dict[str, Any]:
    return {"count": rate.count, "of": rate.of, **_share_json(rate.share, rate.interval)}


def _estimate_json(estimate: Estimate) -> dict[str, Any]:
    return {"answered": estimate.answered, **_share_json(estimate.share, estimate.interval)}


def _share_json(share: Decimal | None, interval: Interval | None) -> dict[str, Any]:
    return {
        "share": None if share is None else str(share),
        "low": None if interval is None else str(interval.low),
        "high": None if interval is None else str(interval.high),
    }
