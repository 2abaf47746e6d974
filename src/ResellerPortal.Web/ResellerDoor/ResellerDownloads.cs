using System.Security.Claims;
using CsvHelper;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerDoor;

internal static class ResellerDownloads
{
    public static void MapResellerDownloads(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/reseller/ledger.csv", ExportLedgerAsync).RequireAuthorization(Permission.LedgerExport);
        endpoints.MapGet("/reseller/customers/{id:guid}/ledger.ndjson", (Guid id, ClaimsPrincipal user, SeatDirectory seats, LedgerExport export) =>
            LedgerFiles.NdjsonAsync(user, seats, export, _ => new CustomerId(id))).RequireAuthorization(Permission.LedgerExport);
        endpoints.MapGet("/reseller/invoice-settings/sample.pdf", SampleAsync).RequireAuthorization(Permission.InvoicesConfigure);
        endpoints.MapInvoiceFiles("/reseller", Permission.ResellerView);
    }

    private static async Task<IResult> SampleAsync(
        ClaimsPrincipal user, SeatDirectory seats, InvoiceSettings settings, Logos logos, IInvoiceDocument document, CancellationToken cancellationToken)
    {
        if (await seats.ActorOfAsync(user) is not { } actor)
        {
            return Results.Forbid();
        }

        var sample = await settings.SampleAsync(actor, cancellationToken);
        return Results.File(document.Draw(sample, await logos.OfAsync(actor, sample.LogoHash, cancellationToken)), "application/pdf");
    }

    private static async Task<IResult> ExportLedgerAsync(
        ClaimsPrincipal user, SeatDirectory seats, LedgerQueries ledger, [AsParameters] LedgerAddress address, CancellationToken cancellationToken)
    {
        if (await seats.ActorOfAsync(user) is not { } actor)
        {
            return Results.Forbid();
        }

        return Results.Stream(
            async stream =>
            {
                // What a customer named could be a formula to a spreadsheet: the writer escapes it.
                await using var csv = CsvWriter.Create(stream, CsvWriterOptions.Default with { Injection = CsvInjection.Escape }, leaveOpen: true);
                csv.WriteHeader(["occurred_utc", "customer", "entry", "environment", "converter", "conversions", "cost", "currency", "source", "flags", "request_id", "hash"]);
                await foreach (var row in ledger.ExportAsync(actor, address.ToFilter(), cancellationToken))
                {
                    csv.WriteField(row.OccurredAtUtc.UtcDateTime, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'");
                    csv.WriteField(row.CustomerName);
                    csv.WriteField<long>(row.Sequence);
                    csv.WriteField(row.Environment);
                    csv.WriteField(row.Converter);
                    csv.WriteField<long>(row.Quantity);
                    csv.WriteField<decimal>((decimal)row.Cost.Micros / UnitPrice.MicrosPerUnit);
                    csv.WriteField(row.Cost.Currency.Code);
                    csv.WriteField(row.Source.ToString());
                    csv.WriteField(row.Flags.ToString());
                    csv.WriteField(row.RequestId.ToString());
                    csv.WriteField(Convert.ToHexStringLower(row.Hash));
                    await csv.EndRecordAsync(cancellationToken);
                }
            },
            "text/csv; charset=utf-8",
            "usage-ledger.csv");
    }
}
