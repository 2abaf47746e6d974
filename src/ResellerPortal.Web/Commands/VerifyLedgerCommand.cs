using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;

namespace ResellerPortal.Web.Commands;

/// <summary>
/// <c>verify-ledger [--archive folder]</c>: verifies ledger, balances, claims and history, with the archived months if their folder is
/// given; <c>verify-ledger --export ledger.ndjson</c>: verifies an exported file without a database.
/// </summary>
internal static class VerifyLedgerCommand
{
    private const string Usage = "Usage: verify-ledger [--archive folder | --export ledger.ndjson]";

    /// <summary>Everything that was read is right, but some of it was not given.</summary>
    private const int Incomplete = 3;

    public static async Task<int> RunAsync(IServiceProvider services, string[] args)
    {
        if (args is ["--export", var file])
        {
            return await VerifyExportAsync(file);
        }

        if (CommandOptions.Parse(args, ["--archive"]) is not { } options)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var folder = options.Find("--archive");
        if (folder is not null && !Directory.Exists(folder))
        {
            await Console.Error.WriteLineAsync($"The folder {folder} does not exist. {Usage}");
            return 2;
        }

        var archives = services.GetRequiredService<ArchiveQueries>();
        using var archive = folder is null ? null : await archives.OpenAsync(folder);
        var report = await services.GetRequiredService<LedgerVerifier>().VerifyAsync(archive);
        List<string> faults =
        [
            .. archive?.Faults ?? [],
            .. report.Faults,
            .. await services.GetRequiredService<ClaimVerifier>().VerifyAsync(),
            .. await services.GetRequiredService<BalanceVerifier>().VerifyAsync(),
        ];
        var history = await services.GetRequiredService<AuditVerifier>().VerifyAsync(archive);
        faults.AddRange(history.Faults);
        Console.WriteLine(
            $"Checked {report.Entries:N0} entries of {report.Customers:N0} customers: numbering, hash chain, lot draws, counters, "
                + "daily usage, invoiced entries and balances.");
        Console.WriteLine(
            $"Checked {history.Sealed:N0} history events ({history.Erased:N0} of them erased); {history.Waiting:N0} "
                + "are too recent to be sealed.");
        return Print(faults, [.. report.Unverified, .. history.Unverified]);
    }

    private static int Print(List<string> faults, List<string> unverified)
    {
        foreach (var fault in faults)
        {
            Console.WriteLine("FAULT  " + fault);
        }

        foreach (var missing in unverified)
        {
            Console.WriteLine("NOT VERIFIED  " + missing);
        }

        if (faults.Count > 0)
        {
            Console.WriteLine($"{faults.Count} faults found.");
            return 1;
        }

        Console.WriteLine(unverified.Count == 0
            ? "The ledger is clean."
            : "What is in the database is clean, but archived months are missing. Give their folder with --archive.");
        return unverified.Count == 0 ? 0 : Incomplete;
    }

    /// <summary>Verifies an exported ledger file without a database.</summary>
    private static async Task<int> VerifyExportAsync(string file)
    {
        if (!File.Exists(file))
        {
            await Console.Error.WriteLineAsync($"File {file} does not exist. {Usage}");
            return 2;
        }

        var (fault, entries, head) = await LedgerExporter.VerifyAsync(File.ReadLinesAsync(file));
        Console.WriteLine(fault is null ? $"{entries:N0} entries verified. Last hash: {head}" : "FAULT  " + fault);
        return fault is null ? 0 : 1;
    }
}
