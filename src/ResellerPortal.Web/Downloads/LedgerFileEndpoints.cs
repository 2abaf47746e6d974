using System.Security.Claims;
using System.Text;
using CsvHelper;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Downloads;

/// <summary>A customer's ledger as files that can be checked, for both doors; the actor's scope decides whose it can be.</summary>
internal static class LedgerFileEndpoints
{
    private static readonly string[] Columns =
    [
        "version", "customer", "sequence", "kind", "occurred", "recorded", "token", "environment", "converter", "quantity",
        "source", "request", "reference", "flags", "corrects", "commitment", "previous", "hash",
    ];

    /// <summary>A JSON object a line; what is in it says <see cref="ExportedEntry"/>.</summary>
    public static async Task<IResult> NdjsonAsync(
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        LedgerExporter export,
        Func<Actor, CustomerId?> customerOf)
    {
        if (await memberships.FindActorAsync(user) is not { } actor || customerOf(actor) is not { } customerId)
        {
            return Results.Forbid();
        }

        return !await export.IsWithinReachAsync(actor, customerId) ? Results.NotFound() : Results.Stream(
            async stream =>
            {
                await using var writer = new StreamWriter(
                    stream, new UTF8Encoding(false), bufferSize: -1, leaveOpen: true)
                { NewLine = "\n" };
                await foreach (var entry in export.ReadAsync(actor, customerId))
                {
                    await writer.WriteLineAsync(entry.ToJson());
                }
            },
            "application/x-ndjson",
            "ledger.ndjson");
    }

    /// <summary>The same fields in the order in which the hash takes them. No text in it can begin as a formula.</summary>
    public static async Task<IResult> CsvAsync(
        ClaimsPrincipal user,
        MembershipDirectory memberships,
        LedgerExporter export,
        Func<Actor, CustomerId?> customerOf)
    {
        if (await memberships.FindActorAsync(user) is not { } actor || customerOf(actor) is not { } customerId)
        {
            return Results.Forbid();
        }

        return !await export.IsWithinReachAsync(actor, customerId) ? Results.NotFound() : Results.Stream(
            async stream =>
            {
                await using var csv = CsvWriter.Create(stream, CsvWriterOptions.Default, leaveOpen: true);
                csv.WriteHeader(Columns);
                await foreach (var entry in export.ReadAsync(actor, customerId))
                {
                    csv.WriteField<int>(entry.Version);
                    csv.WriteField(entry.Customer.ToString());
                    csv.WriteField<long>(entry.Sequence);
                    csv.WriteField(entry.Kind);
                    csv.WriteField<long>(entry.Occurred);
                    csv.WriteField<long>(entry.Recorded);
                    csv.WriteField(entry.Token.ToString());
                    csv.WriteField(entry.Environment);
                    csv.WriteField(entry.Converter);
                    csv.WriteField<long>(entry.Quantity);
                    csv.WriteField(entry.Source);
                    csv.WriteField(entry.Request.ToString());
                    csv.WriteField(entry.Reference ?? "");
                    csv.WriteField<int>(entry.Flags);
                    csv.WriteField(
                        entry.Corrects is { } corrects ? corrects.ToString(System.Globalization.CultureInfo.InvariantCulture) : "");
                    csv.WriteField(entry.Commitment);
                    csv.WriteField(entry.Previous);
                    csv.WriteField(entry.Hash);
                    await csv.EndRecordAsync();
                }
            },
            "text/csv; charset=utf-8",
            "ledger.csv");
    }
}
