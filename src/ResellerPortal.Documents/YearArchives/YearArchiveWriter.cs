using System.Text;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.YearArchives;
using ResellerPortal.Documents.Ledgers;
using ResellerPortal.Documents.Tables;

namespace ResellerPortal.Documents.YearArchives;

/// <summary>
/// Writes a year of a reseller as one ZIP that can be read without the portal, as a stream: nothing is kept but names and sums. What is
/// the same in the database is the same in the file.
/// </summary>
public sealed class YearArchiveWriter(IInvoiceDocument pdf, IElectronicInvoice xml, IStatementDocument statements)
{
    public const string ManifestPath = "manifest.json";
    public const string SumsPath = "SHA256SUMS";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <param name="progress">Receives how many of the documents, statements and ledger entries are written.</param>
    public async Task WriteAsync(
        YearArchive archive,
        Stream output,
        IProgress<BatchProgress>? progress,
        CancellationToken cancellationToken)
    {
        var contents = new YearContents(archive);
        var steps = new StepCounter(
            archive.Documents.Count + archive.Customers.Count + archive.Ledgers.Sum(ledger => ledger.Entries), progress);

        // A ZIP has no time zone, and its times would differ between two archives of the same year.
        var zip = new HashedZipWriter(output, new DateTimeOffset(archive.Year.Number, 12, 31, 0, 0, 0, TimeSpan.Zero));
        await WriteDocumentsAsync(zip, contents, steps, cancellationToken);
        await WriteCustomersAsync(zip, contents, steps, cancellationToken);
        await WriteTablesAsync(zip, contents, cancellationToken);
        await zip.AddAsync("tables/settings.json", YearTables.WriteSettings(archive.Reseller), cancellationToken);
        await zip.AddAsync("index.html", Utf8.GetBytes(YearIndexPage.Write(contents)), cancellationToken);
        await zip.AddAsync("README.txt", Utf8.GetBytes(YearGuide.Write(contents)), cancellationToken);
        await zip.AddAsync(ManifestPath, YearManifest.Write(contents, zip.Files), cancellationToken);
        var sums = string.Concat(zip.Files.Select(file => $"{file.Hash}  {file.Path}\n"));
        await zip.AddAsync(SumsPath, Utf8.GetBytes(sums), cancellationToken);
        await zip.CompleteAsync(cancellationToken);
    }

    private async Task WriteDocumentsAsync(
        HashedZipWriter zip,
        YearContents contents,
        StepCounter steps,
        CancellationToken cancellationToken)
    {
        var names = new SafeFileNames();
        var (logoHash, logo) = ((string?)null, (byte[]?)null);
        await foreach (var document in contents.Archive.ReadDocumentsAsync(cancellationToken))
        {
            var snapshot = document.Snapshot;
            if (snapshot.LogoHash != logoHash)
            {
                (logoHash, logo) = (snapshot.LogoHash, await contents.Archive.FindLogoAsync(snapshot, cancellationToken));
            }

            var path = "documents/" + names.Create(snapshot.Number, "document");
            List<(string Label, string Path)> files = [("PDF", path + ".pdf")];
            await zip.AddAsync(path + ".pdf", pdf.Draw(snapshot, logo), cancellationToken);
            if (xml.FindMissing(snapshot).Count == 0)
            {
                files.AddRange([("UBL", path + ".xml"), ("CII", path + ".cii.xml")]);
                await zip.AddAsync(path + ".xml", xml.Write(snapshot, ElectronicSyntax.Ubl), cancellationToken);
                await zip.AddAsync(path + ".cii.xml", xml.Write(snapshot, ElectronicSyntax.Cii), cancellationToken);
            }

            contents.Add(document);
            contents.Documents.Add(new ArchivedDocument(
                snapshot.Number,
                snapshot.IssuedOn,
                snapshot.Buyer.Name,
                document.Net + document.Tax,
                YearTables.CreateRow(document, path + ".pdf"),
                files));
            steps.Add();
        }
    }

    /// <summary>Writes each customer's statement and ledger.</summary>
    private async Task WriteCustomersAsync(
        HashedZipWriter zip,
        YearContents contents,
        StepCounter steps,
        CancellationToken cancellationToken)
    {
        var archive = contents.Archive;
        var names = new SafeFileNames();
        foreach (var (customer, ledger) in archive.Customers.Zip(archive.Ledgers))
        {
            var name = names.Create(customer.Name, "customer");
            var statement = await archive.FindStatementAsync(customer.Id, cancellationToken);
            var (statementPath, ledgerPath) = ($"statements/{name}.pdf", $"ledger/{name}.csv");
            if (statement is not null)
            {
                await zip.AddAsync(statementPath, statements.Draw(statement), cancellationToken);
            }

            if (ledger.Entries > 0)
            {
                await zip.AddAsync(
                    ledgerPath,
                    file => LedgerCsvWriter.WriteAsync(file, ReadLedgerAsync(ledger), includesDraws: true, cancellationToken),
                    cancellationToken);
            }

            contents.Customers.Add(new ArchivedCustomer(
                customer.Name, statement is null ? null : statementPath, ledger.Entries > 0 ? ledgerPath : null, ledger));
            steps.Add();
        }

        async IAsyncEnumerable<ExportedEntry> ReadLedgerAsync(YearLedger ledger)
        {
            await foreach (var entry in archive.ReadLedgerAsync(ledger, cancellationToken))
            {
                contents.Add(entry);
                yield return entry;
                steps.Add();
            }
        }
    }

    private static async Task WriteTablesAsync(HashedZipWriter zip, YearContents contents, CancellationToken cancellationToken)
    {
        var archive = contents.Archive;
        var names = archive.Customers.ToDictionary(customer => customer.Id, customer => customer.Name);
        await AddAsync("documents", YearTables.DocumentColumns, contents.Documents.Select(d => d.Row).ToAsyncEnumerable());
        await AddAsync("payments", YearTables.PaymentColumns, YearTables.ReadPaymentsAsync(contents, names, cancellationToken));
        await AddAsync("balances", YearTables.BalanceColumns, YearTables.ReadBalancesAsync(contents, names, cancellationToken));
        await AddAsync("history", YearTables.HistoryColumns, YearTables.ReadHistoryAsync(contents, names, cancellationToken));
        await AddAsync(
            "prices",
            YearTables.PriceColumns,
            YearTables.ListPrices(archive, await archive.ListRateCardsAsync(cancellationToken)).ToAsyncEnumerable());
        await AddAsync(
            "currency-rates",
            YearTables.RateColumns,
            YearTables.ListRates(archive, await archive.ListCurrencyRatesAsync(cancellationToken)).ToAsyncEnumerable());
        await AddAsync("customers", YearTables.CustomerColumns, YearTables.ListCustomers(archive).ToAsyncEnumerable());

        Task AddAsync(string name, IReadOnlyList<string> columns, IAsyncEnumerable<IReadOnlyList<object?>> rows) => zip.AddAsync(
            $"tables/{name}.csv",
            file => TableFileWriter.WriteAsync(file, TableFormat.Csv, columns, rows, cancellationToken),
            cancellationToken);
    }

    /// <summary>Reports every hundredth step and the last one.</summary>
    private sealed class StepCounter(long total, IProgress<BatchProgress>? progress)
    {
        private const int Interval = 100;

        private readonly int _total = (int)Math.Min(total, int.MaxValue);
        private int _done;

        public void Add()
        {
            _done++;
            if (_done % Interval == 0 || _done == _total)
            {
                progress?.Report(new BatchProgress(_done, _total));
            }
        }
    }
}
