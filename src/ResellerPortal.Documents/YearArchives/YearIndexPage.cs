using System.Globalization;
using System.Net;
using System.Text;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Documents.YearArchives;

/// <summary>The page that opens from the file system: plain HTML without scripts, with links to every file and totals by month.</summary>
internal static class YearIndexPage
{
    private const string Style = """
        body{font:16px/1.5 system-ui,sans-serif;color:#1f2933;max-width:960px;margin:0 auto;padding:16px}
        h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
        div{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
        th,td{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid #d9dee4;white-space:nowrap}
        .n{text-align:right;font-variant-numeric:tabular-nums}a{color:#1d4ed8}
        """;

    private static readonly (string Path, string What)[] Tables =
    [
        ("tables/documents.csv", "documents with their amounts"),
        ("tables/payments.csv", "payments and refunds"),
        ("tables/balances.csv", "transactions on prepaid balances"),
        ("tables/history.csv", "who did what"),
        ("tables/prices.csv", "prices that were in force"),
        ("tables/currency-rates.csv", "exchange rates that were in force"),
        ("tables/customers.csv", "customers"),
        ("tables/settings.json", "your details and settings"),
        ("README.txt", "what is what, and how to check it"),
        (YearArchiveWriter.ManifestPath, "counts, chains and files for programs"),
        (YearArchiveWriter.SumsPath, "for sha256sum -c"),
    ];

    public static string Write(YearContents contents)
    {
        var (reseller, year) = (contents.Archive.Reseller, contents.Archive.Year);
        var html = new StringBuilder();
        var title = Encode($"{reseller.Name}: {year}");
        html.Append(Invariant(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <h1>{title}</h1>

            """));
        html.Append(year.IsOver ? "" : Invariant($"<p>The year is not over: this is what there was by {year.LastDay:yyyy-MM-dd}.</p>\n"));
        html.Append(contents.IsEmpty ? Invariant($"<p>Nothing was issued, recorded or paid in {year}.</p>\n") : "");
        AddTotals(html, contents);
        AddTable(html, "Documents", ["Number", "Issued", "Customer", "#Total", "Files"], contents.Documents.Select(document => new[]
        {
            Encode(document.Number),
            Format(document.IssuedOn),
            Encode(document.Customer),
            Encode(document.Total.ToString()),
            string.Join(" ", document.Files.Select(file => Link(file.Path, file.Label))),
        }));
        AddTable(html, "Customers", ["Customer", "Statement", "Ledger", "#Entries"], contents.Customers.Select(customer => new[]
        {
            Encode(customer.Name),
            customer.Statement is { } statement ? Link(statement, "PDF") : "",
            customer.LedgerFile is { } ledger ? Link(ledger, "CSV") : "",
            Format(customer.Ledger.Entries),
        }));
        AddTable(html, "Other files", ["File", "What it is"], Tables.Select(file => new[] { Link(file.Path, file.Path), file.What }));
        html.Append("</body>\n</html>\n");
        return html.ToString().ReplaceLineEndings("\n");
    }

    private static void AddTotals(StringBuilder html, YearContents contents)
    {
        AddTable(
            html,
            "Issued by month",
            ["Month", "#Invoices", "#Credit notes", "#Before tax", "#Tax", "#Total"],
            contents.Issued.Select(month => new[]
            {
                month.Key.Month.Name,
                Format(month.Value.Invoices),
                Format(month.Value.CreditNotes),
                Encode(month.Value.Net.ToString()),
                Encode(month.Value.Tax.ToString()),
                Encode((month.Value.Net + month.Value.Tax).ToString()),
            }));
        AddTable(
            html,
            "Usage by month of recording",
            ["Month", "#Entries", "#Conversions", "#Cost"],
            contents.Usage.Select(month => new[]
            {
                month.Key.Name,
                Format(month.Value.Entries),
                Format(month.Value.Quantity),
                Encode(string.Join(", ", month.Value.Cost.Values.Select(cost => Money.Round(cost).ToString()))),
            }));
        AddTable(
            html,
            "Payments by month",
            ["Month", "#Payments", "#Received", "#Refunded"],
            contents.Payments.Select(month => new[]
            {
                month.Key.Month.Name,
                Format(month.Value.Payments),
                Encode(month.Value.Received.ToString()),
                Encode(month.Value.Refunded.ToString()),
            }));
    }

    /// <param name="columns">Names; those of numbers begin with #.</param>
    /// <param name="rows">Cells as HTML. Without any, there is no table.</param>
    private static void AddTable(StringBuilder html, string title, string[] columns, IEnumerable<string[]> rows)
    {
        var classes = columns.Select(column => column[0] == '#' ? " class=\"n\"" : "").ToArray();
        var isBegun = false;
        foreach (var row in rows)
        {
            if (!isBegun)
            {
                html.Append(Invariant($"<h2>{title}</h2>\n<div><table>\n<tr>"));
                html.AppendJoin("", columns.Zip(classes, (column, style) => $"<th{style}>{column.TrimStart('#')}</th>"));
                html.Append("</tr>\n");
                isBegun = true;
            }

            html.Append("<tr>").AppendJoin("", row.Zip(classes, (cell, style) => $"<td{style}>{cell}</td>")).Append("</tr>\n");
        }

        html.Append(isBegun ? "</table></div>\n" : "");
    }

    private static string Link(string path, string label) => $"<a href=\"{Encode(path)}\">{Encode(label)}</a>";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Format(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Format(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
