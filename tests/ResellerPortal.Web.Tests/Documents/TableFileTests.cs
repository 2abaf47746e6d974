using System.Globalization;
using System.Text;
using System.Text.Json;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using DocumentFormat.OpenXml.Validation;
using ResellerPortal.Documents.Tables;

namespace ResellerPortal.Web.Tests.Documents;

public sealed class TableFileTests
{
    private static readonly string[] Columns = ["name", "count", "amount", "day", "at", "nothing"];

    private static readonly IReadOnlyList<object?> Row =
        [
            "=1+1 \"Ąžuolas\", Ltd",
            1234567L,
            -0.0125m,
            new DateOnly(2026, 2, 28),
            new DateTimeOffset(2026, 11, 1, 1, 30, 0, TimeSpan.FromHours(2)),
            null,
        ];

    [Fact]
    public async Task Csv_is_read_as_text_and_holds_no_formula()
    {
        var lines = Encoding.UTF8.GetString(await WriteAsync(TableFormat.Csv, Row)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("name,count,amount,day,at,nothing", lines[0]);
        Assert.Equal("\"'=1+1 \"\"Ąžuolas\"\", Ltd\",1234567,-0.0125,2026-02-28,2026-10-31T23:30:00.000000Z,", lines[1]);
    }

    [Fact]
    public async Task Json_keeps_numbers_as_numbers()
    {
        using var json = JsonDocument.Parse(await WriteAsync(TableFormat.Json, Row));
        var row = json.RootElement[0];
        Assert.Equal(
            ("=1+1 \"Ąžuolas\", Ltd", 1234567L, -0.0125m),
            (row.GetProperty("name").GetString(), row.GetProperty("count").GetInt64(), row.GetProperty("amount").GetDecimal()));
        Assert.Equal(
            ("2026-02-28", "2026-10-31T23:30:00.000000Z", JsonValueKind.Null),
            (row.GetProperty("day").GetString(), row.GetProperty("at").GetString(), row.GetProperty("nothing").ValueKind));
    }

    [Fact]
    public async Task A_workbook_opens_and_keeps_numbers_and_days()
    {
        using var stream = new MemoryStream(await WriteAsync(TableFormat.Xlsx, Row));
        using var document = SpreadsheetDocument.Open(stream, isEditable: false);
        Assert.Empty(new OpenXmlValidator().Validate(document).Select(e => e.Description));
        var cells = document.WorkbookPart!.WorksheetParts.Single().Worksheet!.Descendants<Row>().Last().Elements<Cell>().ToList();
        Assert.Equal("=1+1 \"Ąžuolas\", Ltd", cells[0].InnerText);
        Assert.Null(cells[0].CellFormula);
        Assert.Equal(("1234567", "-0.0125"), (cells[1].CellValue!.Text, cells[2].CellValue!.Text));
        Assert.Equal(new DateTime(2026, 2, 28), DateTime.FromOADate(double.Parse(cells[3].CellValue!.Text, CultureInfo.InvariantCulture)));
        Assert.Equal(1u, cells[3].StyleIndex!.Value);
    }

    [Theory]
    [InlineData(TableFormat.Csv)]
    [InlineData(TableFormat.Json)]
    [InlineData(TableFormat.Xlsx)]
    public async Task Many_rows_all_come_and_none_is_none(TableFormat format)
    {
        var many = await WriteAsync(format, [.. Enumerable.Repeat(Row, 20_000)]);
        var none = await WriteAsync(format);
        Assert.True(many.Length > none.Length);
        Assert.Equal(20_000, format switch
        {
            TableFormat.Csv => Encoding.UTF8.GetString(many).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length - 1,
            TableFormat.Json => JsonDocument.Parse(many).RootElement.GetArrayLength(),
            _ => RowsIn(many) - 1,
        });
    }

    private static int RowsIn(byte[] xlsx)
    {
        using var stream = new MemoryStream(xlsx);
        using var document = SpreadsheetDocument.Open(stream, isEditable: false);
        return document.WorkbookPart!.WorksheetParts.Single().Worksheet!.Descendants<Row>().Count();
    }

    private static async Task<byte[]> WriteAsync(TableFormat format, params IReadOnlyList<object?>[] rows)
    {
        using var stream = new MemoryStream();
        await TableFileWriter.WriteAsync(stream, format, Columns, rows.ToAsyncEnumerable(), TestContext.Current.CancellationToken);
        return stream.ToArray();
    }
}
