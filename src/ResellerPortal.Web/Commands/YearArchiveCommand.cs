using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.YearArchives;
using ResellerPortal.Documents.YearArchives;

namespace ResellerPortal.Web.Commands;

/// <summary>
/// <c>year-archive --reseller slug --year 2026 --output file.zip [--archive folder]</c>: writes everything that a reseller has to keep of a
/// year to a ZIP that can be read without the portal.
/// </summary>
internal static class YearArchiveCommand
{
    private const string Usage = "Usage: year-archive --reseller slug --year 2026 --output file.zip [--archive folder]";

    public static async Task<int> RunAsync(IServiceProvider services, string[] args)
    {
        if (CommandOptions.Parse(args, ["--reseller", "--year", "--output", "--archive"]) is not { } options
            || options.Find("--reseller") is not { } slug
            || options.Find("--output") is not { } output
            || !int.TryParse(options.Find("--year"), NumberStyles.None, CultureInfo.InvariantCulture, out var year))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        await using var db = services.GetRequiredService<PortalDatabase>().Open(TenantScope.CrossTenants("year-archive: reseller by name"));
        if (await db.Resellers.AsNoTracking().SingleOrDefaultAsync(r => r.Slug == slug) is not { } reseller)
        {
            await Console.Error.WriteLineAsync($"Reseller '{slug}' does not exist.");
            return 1;
        }

        if (File.Exists(output))
        {
            await Console.Error.WriteLineAsync($"{output} exists. Move it away, or choose another name.");
            return 1;
        }

        var opened = await services.GetRequiredService<YearArchiveReader>().OpenAsync(
            Actor.Portal("year-archive", TenantScope.ForReseller(reseller.Id)), year, options.Find("--archive"));
        if (opened.Refusal is { } refusal)
        {
            await Console.Error.WriteLineAsync("REFUSED  " + refusal.Message);
            return 1;
        }

        using var archive = opened.Value;
        try
        {
            await WriteAsync(services, archive, output);
        }
        catch (Exception failure) when (failure is DbException or IOException)
        {
            await Console.Error.WriteLineAsync($"FAILED  {failure.Message}");
            return 1;
        }

        Console.WriteLine($"{output}: {archive.Documents.Count:N0} documents, {archive.Ledgers.Sum(l => l.Entries):N0} ledger entries.");
        return 0;
    }

    /// <summary>Writes the file under another name until it is complete.</summary>
    private static async Task WriteAsync(IServiceProvider services, YearArchive archive, string output)
    {
        var part = output + ".part";
        try
        {
            await using (var file = new FileStream(part, FileMode.Create, FileAccess.Write))
            {
                await services.GetRequiredService<YearArchiveWriter>().WriteAsync(archive, file, new PercentWriter(Console.Out), default);
            }

            File.Move(part, output);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Writes a line for every tenth of the work.</summary>
    private sealed class PercentWriter(TextWriter output) : IProgress<BatchProgress>
    {
        private int _tenths;

        public void Report(BatchProgress value)
        {
            var tenths = (int)(value.Done * 10L / value.Of);
            if (tenths > _tenths)
            {
                _tenths = tenths;
                output.WriteLine($"{tenths * 10} %");
            }
        }
    }
}
