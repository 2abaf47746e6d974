using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsvHelper;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace ResellerPortal.Documents.Tables;

public enum TableFormat
{
    /// <summary>Comma-separated, UTF-8, with a header line (RFC 4180).</summary>
    Csv,

    /// <summary>An Office Open XML workbook with one worksheet.</summary>
    Xlsx,

    /// <summary>An array of objects.</summary>
    Json,
}

/// <summary>
/// Writes rows to a file as a stream. Values are text, integers, decimals, days, instants (UTC) or null, and keep their type in every
/// format.
/// </summary>
public static class TableFileWriter
{
    public static string GetMediaType(TableFormat format) => format switch
    {
        TableFormat.Csv => "text/csv; charset=utf-8",
        TableFormat.Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/json",
    };

    /// <summary>"csv", "xlsx" or "json".</summary>
    public static string GetExtension(TableFormat format) => format.ToString().ToLowerInvariant();

    /// <param name="columns">Names in snake_case, which are the JSON properties.</param>
    public static Task WriteAsync(
        Stream stream,
        TableFormat format,
        IReadOnlyList<string> columns,
        IAsyncEnumerable<IReadOnlyList<object?>> rows,
        CancellationToken cancellationToken) => format switch
        {
            TableFormat.Csv => WriteCsvAsync(stream, columns, rows, cancellationToken),
            TableFormat.Xlsx => WriteXlsxAsync(stream, columns, rows, cancellationToken),
            TableFormat.Json => WriteJsonAsync(stream, columns, rows, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };

    private static async Task WriteCsvAsync(
        Stream stream,
        IReadOnlyList<string> columns,
        IAsyncEnumerable<IReadOnlyList<object?>> rows,
        CancellationToken cancellationToken)
    {
        // A customer's text could be a spreadsheet formula, so the writer escapes it. Numbers are written unchanged.
        await using var csv = CsvWriter.Create(stream, CsvWriterOptions.Default with { Injection = CsvInjection.Escape }, leaveOpen: true);
        csv.WriteHeader([.. columns]);
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            foreach (var value in row)
            {
                switch (value)
                {
                    case long number:
                        csv.WriteField<long>(number);
                        break;
                    case decimal number:
                        csv.WriteField<decimal>(number);
                        break;
                    default:
                        csv.WriteField(FormatValue(value));
                        break;
                }
            }

            await csv.EndRecordAsync(cancellationToken);
        }
    }

    private static async Task WriteJsonAsync(
        Stream stream,
        IReadOnlyList<string> columns,
        IAsyncEnumerable<IReadOnlyList<object?>> rows,
        CancellationToken cancellationToken)
    {
        const int flushAt = 32 * 1024;
        await using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartArray();
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            json.WriteStartObject();
            foreach (var (column, value) in columns.Zip(row))
            {
                json.WritePropertyName(column);
                switch (value)
                {
                    case null:
                        json.WriteNullValue();
                        break;
                    case long number:
                        json.WriteNumberValue(number);
                        break;
                    case decimal number:
                        json.WriteNumberValue(number);
                        break;
                    default:
                        json.WriteStringValue(FormatValue(value));
                        break;
                }
            }

            json.WriteEndObject();
            if (json.BytesPending > flushAt)
            {
                await json.FlushAsync(cancellationToken);
            }
        }

        json.WriteEndArray();
    }

    private static async Task WriteXlsxAsync(
        Stream stream,
        IReadOnlyList<string> columns,
        IAsyncEnumerable<IReadOnlyList<object?>> rows,
        CancellationToken cancellationToken)
    {
        // A package requires a seekable stream, which a response is not, so it is written to a temporary file first.
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using var file = new FileStream(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 81_920, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        using (var document = SpreadsheetDocument.Create(file, SpreadsheetDocumentType.Workbook))
        {
            var workbook = document.AddWorkbookPart();
            workbook.AddNewPart<WorkbookStylesPart>().Stylesheet = Styles();
            var sheet = workbook.AddNewPart<WorksheetPart>();
            using (var writer = OpenXmlWriter.Create(sheet))
            {
                writer.WriteStartElement(new Worksheet());
                writer.WriteStartElement(new SheetData());
                WriteRow(writer, [.. columns]);
                await foreach (var row in rows.WithCancellation(cancellationToken))
                {
                    WriteRow(writer, row);
                }

                writer.WriteEndElement();
                writer.WriteEndElement();
            }

            workbook.Workbook = new Workbook(new Sheets(new Sheet { Id = workbook.GetIdOfPart(sheet), SheetId = 1, Name = "Sheet1" }));
        }

        file.Position = 0;
        await file.CopyToAsync(stream, cancellationToken);
    }

    private static void WriteRow(OpenXmlWriter writer, IReadOnlyList<object?> values)
    {
        writer.WriteStartElement(new Row());
        foreach (var value in values)
        {
            writer.WriteElement(CreateCell(value));
        }

        writer.WriteEndElement();
    }

    private static Cell CreateCell(object? value) => value switch
    {
        null => new Cell(),
        long or decimal => new Cell(new CellValue(Convert.ToString(value, CultureInfo.InvariantCulture)!)) { DataType = CellValues.Number },

        // Excel stores days as numbers; the style formats them as days.
        DateOnly day =>
            new Cell(new CellValue(day.ToDateTime(TimeOnly.MinValue).ToOADate().ToString(CultureInfo.InvariantCulture))) { StyleIndex = 1 },
        _ =>
            new Cell(new InlineString(new Text(FormatValue(value)) { Space = SpaceProcessingModeValues.Preserve }))
            {
                DataType = CellValues.InlineString,
            },
    };

    /// <summary>Two cell formats: general and days.</summary>
    private static Stylesheet Styles() => new(
        new NumberingFormats(new NumberingFormat { NumberFormatId = 164, FormatCode = "yyyy-mm-dd" }),
        new Fonts(new Font()),
        new Fills(new Fill()),
        new Borders(new Border()),
        new CellFormats(new CellFormat(), new CellFormat { NumberFormatId = 164, ApplyNumberFormat = true }));

    private static string FormatValue(object? value) => value switch
    {
        null => "",
        string text => text,
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTimeOffset instant => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"Values of type {value.GetType().Name} are not supported.", nameof(value)),
    };
}
