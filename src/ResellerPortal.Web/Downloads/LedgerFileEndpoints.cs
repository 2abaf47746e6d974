using System.Security.Claims;
using System.Text;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Documents.Ledgers;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Downloads;

/// <summary>Verifiable exports of a customer's ledger for resellers and customers, limited by the scope of the actor.</summary>
internal static class LedgerFileEndpoints
{
    /// <summary>Writes one JSON object per line with the fields of <see cref="ExportedEntry"/>.</summary>
    public static async Task<IResult> DownloadNdjsonAsync(
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        LedgerExporter export,
        Func<Actor, CustomerId?> getCustomer)
    {
        if (await memberships.FindActorAsync(user) is not { } actor || getCustomer(actor) is not { } customerId)
        {
            return Results.Forbid();
        }

        return !await export.IsWithinReachAsync(actor, customerId) ? Results.NotFound() : Results.Stream(
            async stream =>
            {
                await using var writer = new StreamWriter(
                    stream, new UTF8Encoding(false), bufferSize: -1, leaveOpen: true)
                { NewLine = "\n" };
                foreach (var gap in await export.ListArchivedAsync(actor, customerId))
                {
                    await writer.WriteLineAsync(gap.ToJson());
                }

                await foreach (var entry in export.ReadAsync(actor, customerId))
                {
                    await writer.WriteLineAsync(entry.ToJson());
                }
            },
            "application/x-ndjson",
            "ledger.ndjson");
    }

    /// <summary>Writes the same fields as CSV.</summary>
    public static async Task<IResult> DownloadCsvAsync(
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        LedgerExporter export,
        Func<Actor, CustomerId?> getCustomer)
    {
        if (await memberships.FindActorAsync(user) is not { } actor || getCustomer(actor) is not { } customerId)
        {
            return Results.Forbid();
        }

        return !await export.IsWithinReachAsync(actor, customerId) ? Results.NotFound() : Results.Stream(
            stream => LedgerCsvWriter.WriteAsync(stream, export.ReadAsync(actor, customerId), includesDraws: false, default),
            "text/csv; charset=utf-8",
            "ledger.csv");
    }
}
