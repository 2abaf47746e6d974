using System.IO.Compression;
using System.Security.Claims;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Time;
using ResellerPortal.Documents.Tables;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Downloads;

/// <summary>Downloads of a month's journal for accounting programs, and of the VAT report.</summary>
internal static class AccountingDownloadEndpoints
{
    private delegate Task<IReadOnlyList<AccountingFile>> WriteFilesAsync(JournalBatch batch, CancellationToken cancellationToken);

    public static void MapAccountingDownloads(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/reseller/journal.csv", DownloadDatevAsync).RequireAuthorization(Permission.LedgerExport);
        endpoints.MapGet("/reseller/journal/lexware-office", DownloadLexwareOfficeAsync).RequireAuthorization(Permission.LedgerExport);
        endpoints.MapGet("/reseller/general-ledger.{format:regex(^(csv|xlsx|json)$)}", DownloadGeneralLedgerAsync).RequireAuthorization(
            Permission.LedgerExport);
        endpoints.MapGet("/reseller/vat-report.{format:regex(^(csv|xlsx|json)$)}", DownloadVatReportAsync).RequireAuthorization(
            Permission.LedgerExport);
        endpoints.MapGet("/reseller/ec-sales-list.{format:regex(^(csv|xlsx|json)$)}", DownloadSalesListAsync).RequireAuthorization(
            Permission.LedgerExport);
        foreach (var (program, writeAsync) in new (string, WriteFilesAsync)[]
        {
            ("xero", XeroFileWriter.WriteAsync), ("quickbooks", QuickBooksFileWriter.WriteAsync),
        })
        {
            endpoints.MapGet($"/reseller/journal/{program}", (
                string month,
                ClaimsPrincipal user,
                MembershipDirectory memberships,
                JournalExport journal,
                CancellationToken cancellationToken) =>
                MonthDownload.ForMonthAsync(user, memberships, month, async (actor, period) => await SendAsync(
                    $"{program}-{period}",
                    await writeAsync(await journal.ReadMonthAsync(actor, period, cancellationToken), cancellationToken),
                    cancellationToken))).RequireAuthorization(Permission.LedgerExport);
        }
    }

    private static Task<IResult> DownloadDatevAsync(
        string month,
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        JournalExport journal,
        CancellationToken cancellationToken) =>
        MonthDownload.ForMonthAsync(user, memberships, month, async (actor, period) => Results.File(
            DatevFileWriter.Write(await journal.ReadMonthAsync(actor, period, cancellationToken)),
            TableFileWriter.GetMediaType(TableFormat.Csv),
            $"EXTF_Buchungsstapel_{period}.csv"));

    private static Task<IResult> DownloadGeneralLedgerAsync(
        string format,
        string month,
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        JournalExport journal,
        CancellationToken cancellationToken) =>
        MonthDownload.ForMonthAsync(user, memberships, month, async (actor, period) =>
        {
            var batch = await journal.ReadMonthAsync(actor, period, cancellationToken);
            return MonthDownload.CreateFile(
                format,
                $"general-ledger-{period}",
                (stream, known) => GeneralLedgerFileWriter.WriteAsync(stream, known, batch, default));
        });

    private static Task<IResult> DownloadLexwareOfficeAsync(
        string month,
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        JournalExport journal,
        LogoService logos,
        IInvoiceDocument document,
        CancellationToken cancellationToken) =>
        MonthDownload.ForMonthAsync(user, memberships, month, async (actor, period) =>
        {
            var batch = await journal.ReadMonthAsync(actor, period, cancellationToken);
            var found = new Dictionary<string, byte[]?>(StringComparer.Ordinal);
            return Results.Stream(
                stream => LexwareOfficeFileWriter.WriteAsync(stream, batch, CreatePdfAsync, cancellationToken),
                "application/zip",
                $"lexware-office-{period}.zip");

            async Task<byte[]> CreatePdfAsync(InvoiceSnapshot snapshot)
            {
                if (!found.TryGetValue(snapshot.LogoHash ?? "", out var logo))
                {
                    logo = await logos.FindAsync(actor, snapshot.LogoHash, cancellationToken);
                    found.Add(snapshot.LogoHash ?? "", logo);
                }

                return document.Draw(snapshot, logo);
            }
        });

    private static Task<IResult> DownloadVatReportAsync(
        string format,
        string period,
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        VatReportQueries reports,
        CancellationToken cancellationToken) =>
        ForPeriodAsync(user, memberships, period, async (actor, chosen) =>
        {
            var report = await reports.ReadAsync(actor, chosen, cancellationToken);
            return MonthDownload.CreateTable(
                format,
                $"vat-report-{chosen}",
                [
                    "section", "country", "tax_category", "tax_rate_percent", "documents", "taxable", "tax", "currency",
                    "taxable_booked", "tax_booked", "currency_booked",
                ],
                report.Rows.Select(row => (IReadOnlyList<object?>)
                [
                    GetCode(row.Kind), row.Country, row.Booked.Category, row.Booked.RateBasisPoints / 100m, (long)row.Documents,
                    row.Taxable.Amount, row.Tax.Amount, row.Taxable.Currency.Code,
                    row.Booked.Net.Amount, row.Booked.Tax.Amount, report.Currency.Code,
                ]).ToAsyncEnumerable());
        });

    private static Task<IResult> DownloadSalesListAsync(
        string format,
        string period,
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        VatReportQueries reports,
        CancellationToken cancellationToken) =>
        ForPeriodAsync(user, memberships, period, async (actor, chosen) =>
        {
            var report = await reports.ReadAsync(actor, chosen, cancellationToken);
            return MonthDownload.CreateTable(
                format,
                $"ec-sales-list-{chosen}",
                ["country", "vat_id", "customer", "taxable", "currency"],
                report.SalesList.Select(row => (IReadOnlyList<object?>)
                    [row.Country, row.VatId, row.Name, row.Net.Amount, report.Currency.Code]).ToAsyncEnumerable());
        });

    private static async Task<IResult> ForPeriodAsync(
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        string period,
        Func<Actor, ReportingPeriod, Task<IResult>> answer) =>
        await memberships.FindActorAsync(user) is not { } actor ? Results.Forbid()
        : ReportingPeriod.TryParse(period, out var chosen) ? await answer(actor, chosen)
        : Results.BadRequest("Specify a month, quarter or year, such as 2026-10, 2026-Q4 or 2026.");

    private static string GetCode(SupplyKind kind) => kind switch
    {
        SupplyKind.Domestic => "domestic",
        SupplyKind.OneStopShop => "one_stop_shop",
        SupplyKind.ReverseCharge => "reverse_charge",
        SupplyKind.Export => "export",
        SupplyKind.Exempt => "exempt",
        _ => "outside_scope",
    };

    /// <summary>Sends one file as it is and several as a ZIP.</summary>
    private static async Task<IResult> SendAsync(string name, IReadOnlyList<AccountingFile> files, CancellationToken cancellationToken)
    {
        if (files is [var only])
        {
            return Results.File(only.Content, TableFileWriter.GetMediaType(TableFormat.Csv), only.Name);
        }

        using var stream = new MemoryStream();
        await using (var zip = await ZipArchive.CreateAsync(
            stream, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken))
        {
            foreach (var file in files)
            {
                await using var entry = await zip.CreateEntry(file.Name).OpenAsync(cancellationToken);
                await entry.WriteAsync(file.Content, cancellationToken);
            }
        }

        return Results.File(stream.ToArray(), "application/zip", $"{name}.zip");
    }
}
