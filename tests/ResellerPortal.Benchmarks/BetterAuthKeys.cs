using System.Diagnostics;
using System.Globalization;

namespace ResellerPortal.Benchmarks;

/// <summary>
/// better-auth's API keys with a remaining count, on PostgreSQL and Node: verifying a key takes one from the count. There is no record of
/// the use.
/// </summary>
internal static class BetterAuthKeys
{
    /// <returns>Verifications a second; null if Node is not installed.</returns>
    public static async Task<double?> MeasureAsync(string connection, double seconds, int inFlight)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "BetterAuth");
        if (!Directory.Exists(Path.Combine(folder, "node_modules"))
            && await RunAsync(folder, "npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts") is null)
        {
            return null;
        }

        var rate = await RunAsync(
            folder,
            "node",
            "verify.mjs",
            connection,
            seconds.ToString(CultureInfo.InvariantCulture),
            inFlight.ToString(CultureInfo.InvariantCulture));
        return rate is null ? null : double.Parse(rate.Trim().Split('\n')[^1], CultureInfo.InvariantCulture);
    }

    private static async Task<string?> RunAsync(string folder, string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
