using System.Security.Claims;
using System.Text;
using CsvHelper;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Downloads;

/// <summary>Verifiable exports of a customer's ledger for resellers and customers, limited by the scope of the actor.</summary>
internal static class LedgerFileEndpoints
{
    private static readonly string[] Columns =
    [
        "version", "customer", "sequence", "kind", "occurred", "recorded", "token", "environment", "converter", "quantity",
        "source", "request", "reference", "flags", "corrects", "commitment", "previous", "hash",
    ];

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

    /// <summary>Writes the same fields in the order in which they are hashed. Text cannot start a spreadsheet formula.</summary>
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
