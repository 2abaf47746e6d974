using System.Data.Common;
using ResellerPortal.Core.Archiving;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Web.Commands;

/// <summary>
/// <c>archive-ledger --before 2024-01 --archive folder</c>: moves the months before that one from the database to files, as the tables'
/// owner.
/// </summary>
internal static class ArchiveLedgerCommand
{
    private const string Usage = "Usage: archive-ledger --before 2024-01 --archive folder";

    public static async Task<int> RunAsync(IServiceProvider services, string[] args)
    {
        if (CommandOptions.Parse(args, ["--before", "--archive"]) is not { } options
            || !BillingPeriod.TryParse(options.Find("--before"), out var before)
            || options.Find("--archive") is not { } folder)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var archiving = services.GetRequiredService<ArchiveService>();
        if (!archiving.IsAvailable)
        {
            Console.WriteLine("Only PostgreSQL's tables are divided into months; here nothing is archived, and nothing has to be.");
            return 0;
        }

        if (services.GetRequiredService<IConfiguration>().GetConnectionString("PortalOwner") is not { } owner)
        {
            await Console.Error.WriteLineAsync("ConnectionStrings:PortalOwner is missing: only the tables' owner can drop a month.");
            return 2;
        }

        try
        {
            var outcome = await archiving.RunAsync(owner, before, folder);
            if (outcome.IsRefused)
            {
                await Console.Error.WriteLineAsync("REFUSED  " + outcome.Refusal!.Message);
                return 1;
            }

            return Print(outcome.Value);
        }
        catch (Exception failure) when (failure is DbException or IOException)
        {
            await Console.Error.WriteLineAsync($"FAILED  {failure.Message}\nWhat was archived stays; run this again.");
            return 1;
        }
    }

    private static int Print(ArchiveReport report)
    {
        foreach (var month in report.Months)
        {
            Console.WriteLine($"{month.FileName}: {month.Entries:N0} entries, SHA-256 {Convert.ToHexStringLower(month.FileHash)}");
        }

        foreach (var reason in report.Waiting)
        {
            Console.WriteLine("WAITS  " + reason);
        }

        Console.WriteLine(report.Months.Count == 0 ? "Nothing was archived." : $"{report.Months.Count} files were written.");
        return report.Waiting.Count == 0 ? 0 : 1;
    }
}
