using System.Security.Claims;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.ResellerPages.Usage;

namespace ResellerPortal.Web.Downloads;

internal static class ResellerDownloadEndpoints
{
    public static void MapResellerDownloads(this IEndpointRouteBuilder portal)
    {
        var endpoints = portal.MapGroup("").AddEndpointFilter<RouteGroupBuilder, AuditedDownloadFilter>();
        portal.MapHistoryFiles("/reseller", Permission.HistoryExport);
        portal.MapYearArchive();
        portal.MapPeopleFile("/reseller/customers/{id:guid}", Permission.PrivacyManage);
        endpoints.MapGet("/reseller/ledger.{format:regex(^(csv|xlsx|json)$)}", DownloadLedgerAsync).RequireAuthorization(
            Permission.LedgerExport);
        endpoints.MapGet("/reseller/documents.{format:regex(^(csv|xlsx|json)$)}", DownloadDocumentsAsync).RequireAuthorization(
            Permission.LedgerExport);
        endpoints.MapAccountingDownloads();
        endpoints.MapGet("/reseller/month-close.{format:regex(^(csv|xlsx|json)$)}", DownloadMonthCloseAsync).RequireAuthorization(
            Permission.LedgerExport);
        endpoints.MapGet("/reseller/customers/{id:guid}/ledger.ndjson", (
            Guid id,
            ClaimsPrincipal user,
            MembershipDirectory memberships,
            LedgerExporter export) =>
            LedgerFileEndpoints.DownloadNdjsonAsync(user, memberships, export, _ => new CustomerId(id))).RequireAuthorization(
                Permission.LedgerExport);
        endpoints.MapGet("/reseller/invoice-settings/sample.pdf", DownloadSampleAsync).RequireAuthorization(Permission.InvoicesConfigure);
        endpoints.MapGet("/reseller/customers/{id:guid}/statement.pdf", (
            Guid id,
            ClaimsPrincipal user,
            MembershipDirectory memberships,
            AccountStatements statements,
            IStatementDocument document,
            CancellationToken cancellationToken) =>
            InvoiceFileEndpoints.DownloadStatementAsync(
                user,
                memberships,
                statements,
                document,
                _ => new CustomerId(id),
                cancellationToken)).RequireAuthorization(Permission.ResellerView);
        endpoints.MapInvoiceFiles("/reseller", Permission.ResellerView);
    }

    private static async Task<IResult> DownloadSampleAsync(
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        InvoiceSettingsService settings,
        LogoService logos,
        IInvoiceDocument document,
        CancellationToken cancellationToken)
    {
        if (await memberships.FindActorAsync(user) is not { } actor)
        {
            return Results.Forbid();
        }

        var sample = await settings.CreateSampleAsync(actor, cancellationToken);
        return Results.File(document.Draw(sample, await logos.FindAsync(actor, sample.LogoHash, cancellationToken)), "application/pdf");
    }

    private static async Task<IResult> DownloadLedgerAsync(
        string format,
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        LedgerQueries ledger,
        [AsParameters] LedgerUrl url,
        CancellationToken cancellationToken) =>
        await memberships.FindActorAsync(user) is not { } actor ? Results.Forbid() : MonthDownload.CreateTable(
            format,
            "usage-ledger",
            [
                "occurred_utc",
                "customer",
                "entry",
                "environment",
                "converter",
                "conversions",
                "cost",
                "currency",
                "source",
                "flags",
                "request_id",
                "hash",
            ],
            ledger.ExportAsync(actor, url.ToFilter(), cancellationToken).Select(row => (IReadOnlyList<object?>)
            [
                row.OccurredAtUtc, row.CustomerName, row.Sequence, row.Environment, row.Converter, row.Quantity,
                (decimal)row.Cost.Micros / UnitPrice.MicrosPerUnit,
                row.Cost.Currency.Code, row.Source.ToString(), row.Flags.ToString(), row.RequestId.ToString(), Convert.ToHexStringLower(
                    row.Hash),
            ]));

    private static Task<IResult> DownloadDocumentsAsync(
        string format,
        string month,
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        IssuedDocumentQueries documents,
        CancellationToken cancellationToken) =>
        MonthDownload.ForMonthAsync(user, memberships, month, async (actor, period) => MonthDownload.CreateTable(
            format,
            $"documents-{period}",
            [
                "kind",
                "number",
                "issued_on",
                "due_on",
                "customer",
                "customer_vat_id",
                "country",
                "period_from",
                "period_to",
                "net",
                "tax",
                "total",
                "currency",
                "rate",
                "net_booked",
                "tax_booked",
                "currency_booked",
                "tax_category",
                "tax_rate_percent",
                "against",
            ],
            (await documents.ListMonthAsync(actor, period, cancellationToken)).Select(d => (IReadOnlyList<object?>)
            [
                d.IsCreditNote
                    ? "credit note"
                    : "invoice", d.Snapshot.Number, d.Snapshot.IssuedOn, d.IsCreditNote
                        ? null
                        : d.Snapshot.DueOn, d.Snapshot.Buyer.Name, d.Snapshot.Buyer.VatId,
                d.Snapshot.Buyer.Address.Country, d.Snapshot.PeriodFrom, d.Snapshot.PeriodTo, d.Net.Amount, d.Tax.Amount,
                (d.Net + d.Tax).Amount, d.Snapshot.Currency.Code,
                d.Snapshot.Rate.Amount, d.Booked?.Net.Amount ?? 0, d.Booked?.Tax.Amount ?? 0, d.Snapshot.Rate.From.Code,
                d.Booked?.Category, d.Booked?.RateBasisPoints / 100m, d.Snapshot.Credits?.Number,
            ]).ToAsyncEnumerable()));

    private static Task<IResult> DownloadMonthCloseAsync(
        string format,
        string month,
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        MonthCloseQueries close,
        CancellationToken cancellationToken) =>
        MonthDownload.ForMonthAsync(user, memberships, month, async (actor, period) =>
        {
            var report = await close.ReadAsync(actor, period, cancellationToken);
            return MonthDownload.CreateTable(
                format,
                $"month-close-{period}",
                ["customer", "conversions", "revenue", "cost", "margin", "currency", "owed_at_month_end", "currency_owed"],
                report.Rows.Select(r => (IReadOnlyList<object?>)[
                    r.Name,
                    r.Quantity,
                    r.Net.Amount,
                    r.Cost.Amount,
                    r.Margin.Amount,
                    report.Currency.Code,
                    r.Owed.Amount,
                    r.Owed.Currency.Code,
                ]).ToAsyncEnumerable());
        });
}
