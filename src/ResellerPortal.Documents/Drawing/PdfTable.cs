using PdfSharp.Drawing;
using ResellerPortal.Documents.Typography;

namespace ResellerPortal.Documents.Drawing;

internal enum ColumnKind
{
    /// <summary>Text that wraps in the width that the others leave.</summary>
    Text,

    /// <summary>Aligned on the right.</summary>
    Number,

    /// <summary>Aligned at the decimal point.</summary>
    Decimal,

    /// <summary>As wide as its longest text, and not wrapped.</summary>
    Label,
}

/// <param name="IsSoft">Whether its cells are grey.</param>
internal sealed record PdfColumn(string Head, ColumnKind Kind, bool IsSoft = false);

/// <param name="IsStrong">Whether it is bold.</param>
internal sealed record PdfRow(IReadOnlyList<string> Cells, bool IsStrong = false);

/// <summary>The fonts and the decimal point of a table.</summary>
internal sealed record PdfTableStyle(Func<double, bool, XFont> Font, double Size, double HeadSize, string DecimalPoint)
{
    /// <summary>The least height of a row.</summary>
    public double RowHeight { get; init; } = 18;

    public bool HasRules { get; init; } = true;
}

/// <summary>A table whose columns are as wide as their contents, with its head on every page.</summary>
internal sealed class PdfTable
{
    private const double Gap = 14;
    private const double LeastTextWidth = 150;
    private const double SmallestSize = 5;
    private const double HeadHeight = 14;

    private readonly PdfTableStyle _style;
    private readonly IReadOnlyList<PdfColumn> _columns;
    private readonly IReadOnlyList<PdfRow> _rows;
    private readonly double _left;
    private readonly double[] _widths;
    private readonly double[] _fractions;
    private readonly XFont _font;
    private readonly XFont _strong;
    private readonly XFont _head;
    private readonly double _lineHeight;

    /// <param name="width">The width that a text column fills; without one the table is as wide as its contents.</param>
    public PdfTable(PdfTableStyle style, IReadOnlyList<PdfColumn> columns, IReadOnlyList<PdfRow> rows, double left, double width)
    {
        (_style, _columns, _rows, _left) = (style, columns, rows, left);
        _head = style.Font(style.HeadSize, false);
        var hasText = columns.Any(column => column.Kind == ColumnKind.Text);
        for (var size = style.Size; ; size -= 0.5)
        {
            (_font, _strong) = (style.Font(size, false), style.Font(size, true));
            _fractions = [.. columns.Select((column, i) => column.Kind == ColumnKind.Decimal ? Widest(i, cell => GetFraction(cell)) : 0)];
            _widths = [.. columns.Select((column, i) => column.Kind == ColumnKind.Text ? 0 : GetWidth(i))];
            var rest = width - _widths.Sum() - (Gap * (columns.Count - 1));
            if (rest >= (hasText ? LeastTextWidth : 0) || size <= SmallestSize)
            {
                _lineHeight = size + 3;
                foreach (var i in Enumerable.Range(0, columns.Count).Where(i => columns[i].Kind == ColumnKind.Text))
                {
                    _widths[i] = Math.Max(rest, 40);
                }

                break;
            }
        }
    }

    public double Width => _widths.Sum() + (Gap * (_columns.Count - 1));

    public double Height => HeadHeight + _rows.Sum(GetHeight);

    /// <param name="tail">The height that must stay with the last row on its page.</param>
    /// <param name="carry">
    /// What stands in the last column where the table goes on to another page, before the row of a number; the captions say so on either
    /// side. Null if nothing is carried.
    /// </param>
    public void Draw(PdfFlow flow, double tail = 0, (string Over, string Forward, Func<int, string> Sum)? carry = null) =>
        flow.Tag(PdfTag.Table, () => DrawRows(flow, tail, carry));

    private void DrawRows(PdfFlow flow, double tail, (string Over, string Forward, Func<int, string> Sum)? carry)
    {
        flow.Reserve(HeadHeight + _rows.Take(1).Sum(GetHeight) + (carry is null ? 0 : _style.RowHeight));
        flow.Tag(PdfTag.TR, () => DrawHead(flow, isTagged: true));
        var page = flow.Bottom - PdfFlow.Margin - (2 * HeadHeight) - _style.RowHeight;
        for (var i = 0; i < _rows.Count; i++)
        {
            var height = GetHeight(_rows[i]);
            var after = i < _rows.Count - 1 ? carry is null ? 0 : _style.RowHeight : height + tail <= page ? tail : 0;
            if (flow.Y + height + after > flow.Bottom)
            {
                if (carry is { } carried && i > 0)
                {
                    flow.Decorate(() => DrawRow(flow, CarryRow(carried.Over, carried.Sum(i))));
                }

                flow.Break();
                flow.Decorate(() => DrawHead(flow, isTagged: false));
                if (carry is { } brought && i > 0)
                {
                    flow.Decorate(() => DrawRow(flow, CarryRow(brought.Forward, brought.Sum(i))));
                }
            }

            var row = _rows[i];
            flow.Tag(PdfTag.TR, () => DrawRow(flow, row));
        }
    }

    private PdfRow CarryRow(string caption, string sum) =>
        new([caption, .. Enumerable.Repeat("", _columns.Count - 2), sum], IsStrong: true);

    private void DrawHead(PdfFlow flow, bool isTagged)
    {
        var baseline = flow.Y + 8;
        for (var i = 0; i < _columns.Count; i++)
        {
            var (text, x) = (_columns[i].Head, GetLeft(i));
            var at = IsRight(i) ? x + _widths[i] - TextLayout.Measure(text, _head) : x;
            if (isTagged)
            {
                flow.Tag(PdfTag.TH, () => flow.Text(text, _head, DocumentColors.Soft, at, baseline), scope: "Column");
            }
            else
            {
                flow.Text(text, _head, DocumentColors.Soft, at, baseline);
            }
        }

        flow.Y += HeadHeight;
        if (_style.HasRules)
        {
            flow.Line(_left, flow.Y, _left + Width, flow.Y, DocumentColors.Strong, 0.5);
        }
    }

    private void DrawRow(PdfFlow flow, PdfRow row)
    {
        var font = row.IsStrong ? _strong : _font;
        var baseline = flow.Y + _lineHeight;
        for (var i = 0; i < _columns.Count; i++)
        {
            var cell = i;
            flow.Tag(PdfTag.TD, () => DrawCell(flow, row.Cells[cell], cell, font, baseline));
        }

        flow.Y += GetHeight(row);
        if (_style.HasRules)
        {
            flow.Line(_left, flow.Y, _left + Width, flow.Y, DocumentColors.Hairline, 0.5);
        }
    }

    private void DrawCell(PdfFlow flow, string text, int column, XFont font, double baseline)
    {
        var color = _columns[column].IsSoft ? DocumentColors.Soft : DocumentColors.Strong;
        if (_columns[column].Kind == ColumnKind.Text)
        {
            foreach (var (line, part) in TextLayout.Wrap(text, font, _widths[column]).Index())
            {
                flow.Text(part, font, color, GetLeft(column), baseline + (line * _lineHeight));
            }

            return;
        }

        var right = GetLeft(column) + _widths[column];
        var x = _columns[column].Kind switch
        {
            ColumnKind.Label => GetLeft(column),
            ColumnKind.Decimal => right - _fractions[column] - TextLayout.Measure(GetWhole(text), font),
            _ => right - TextLayout.Measure(text, font),
        };
        flow.Text(text, font, color, x, baseline);
    }

    private double GetHeight(PdfRow row)
    {
        var lines = _columns.Index().Where(column => column.Item.Kind == ColumnKind.Text)
            .Select(column => TextLayout.Wrap(row.Cells[column.Index], row.IsStrong ? _strong : _font, _widths[column.Index]).Count)
            .Append(1)
            .Max();
        return Math.Max(_style.RowHeight, (lines * _lineHeight) + (_style.RowHeight - _style.Size - 3));
    }

    private bool IsRight(int column) => _columns[column].Kind is ColumnKind.Number or ColumnKind.Decimal;

    private double GetLeft(int column) => _left + _widths.Take(column).Sum() + (Gap * column);

    private double GetWidth(int column) => Math.Max(
        TextLayout.Measure(_columns[column].Head, _head),
        _columns[column].Kind == ColumnKind.Decimal ? Widest(column, GetWhole) + _fractions[column] : Widest(column, cell => cell));

    private double Widest(int column, Func<string, string> part) =>
        _rows.Select(row => TextLayout.Measure(part(row.Cells[column]), row.IsStrong ? _strong : _font)).DefaultIfEmpty().Max();

    private string GetWhole(string number) =>
        number.LastIndexOf(_style.DecimalPoint, StringComparison.Ordinal) is >= 0 and var at ? number[..at] : number;

    private string GetFraction(string number) => number[GetWhole(number).Length..];
}
