using System.Globalization;
using ResellerPortal.Core.Analytics;
using ResellerPortal.Core.Archives;

namespace ResellerPortal.Web.Commands;

/// <summary>
/// <c>export-analytics --from 2026-01-01 --to 2026-10-31</c>: writes the days of the ledger that have no file yet to the folder in
/// Analytics:Folder; safe to repeat, and while the portal runs.
/// </summary>
internal static class ExportAnalyticsCommand
{
    private const string Usage = "Usage: export-analytics --from 2026-01-01 --to 2026-10-31 (days in UTC, both included)";

    public static async Task<int> RunAsync(IServiceProvider services, string[] args)
    {
        if (CommandOptions.Parse(args, ["--from", "--to"]) is not { } options
            || !TryReadDay(options, "--from", out var from)
            || !TryReadDay(options, "--to", out var to)
            || to < from)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var settings = services.GetRequiredService<AnalyticsOptions>();
        if (settings.Folder is null)
        {
            await Console.Error.WriteLineAsync("Analytics:Folder is not set: set the folder that the files are written to.");
            return 1;
        }

        var last = RecordedDayReader.GetLastFinalDay(services.GetRequiredService<TimeProvider>().GetUtcNow());
        if (to > last)
        {
            await Console.Error.WriteLineAsync($"The last day that is over is {last:yyyy-MM-dd}: nothing can be added to it any more.");
            return 1;
        }

        try
        {
            settings.Validate();
        }
        catch (InvalidOperationException refusal)
        {
            await Console.Error.WriteLineAsync(refusal.Message);
            return 1;
        }

        if (await services.GetRequiredService<RecordedDayExporter>().ExportAsync(from, to) is not { } written)
        {
            await Console.Error.WriteLineAsync("The portal is writing files there. Run this again later.");
            return 1;
        }

        Console.WriteLine($"{written:N0} files written; days that had one are as they were.");
        if (await services.GetRequiredService<RecordedDayReader>().FindFirstKeptDayAsync(default) is { } kept && from < kept)
        {
            Console.WriteLine($"{ArchivedUsage.Describe(kept)} Their days are left out.");
        }

        return 0;
    }

    private static bool TryReadDay(CommandOptions options, string option, out DateOnly day) => DateOnly.TryParseExact(
        options.Find(option), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
}
