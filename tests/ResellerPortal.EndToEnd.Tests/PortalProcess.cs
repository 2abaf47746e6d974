using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>Runs the portal as a separate process in its own folder with the settings of the repository.</summary>
internal static class PortalProcess
{
    public static Process Start(DirectoryInfo folder, string environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. arguments])
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = environment;

        // It runs for a short time: measuring its methods in order to compile them better costs more than it saves.
        start.Environment["DOTNET_TieredPGO"] = "0";
        return Process.Start(start)!;
    }

    /// <summary>Runs a command until it exits.</summary>
    public static async Task<(int Code, string Output)> RunAsync(DirectoryInfo folder, params string[] arguments)
    {
        using var process = Start(folder, "Development", arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }

    /// <summary>Starts the server without demo data on a free port.</summary>
    /// <returns>Returns once the readiness endpoint responds.</returns>
    public static Task<(Process Process, Uri Address)> ServeAsync(DirectoryInfo folder, params string[] settings) =>
        ServeAsync(folder, _ => { }, settings);

    /// <inheritdoc cref="ServeAsync(DirectoryInfo, string[])"/>
    /// <param name="log">Receives each line that the server writes.</param>
    public static async Task<(Process Process, Uri Address)> ServeAsync(DirectoryInfo folder, Action<string> log, params string[] settings)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}/");
        var process = Start(
            folder, "Development", ["--urls", address.ToString(), "--Demo:Seed=false", "--Logging:LogLevel:Default=Error", .. settings]);
        process.OutputDataReceived += (_, line) => log(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => log(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var client = new HttpClient { BaseAddress = address };

        // Startup and migrations can be slow while browsers and other servers share the CPU.
        for (var i = 0; i < 1_200 && !process.HasExited; i++)
        {
            try
            {
                if ((await client.GetAsync("/readyz")).IsSuccessStatusCode)
                {
                    return (process, address);
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(100);
        }

        throw new InvalidOperationException(
            process.HasExited ? $"The portal ended with {process.ExitCode}." : "The portal did not become ready within two minutes.");
    }

    public static async Task<string> ReadUntilAsync(Process process, string end)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var output = new StringBuilder();
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            output.AppendLine(line);
            if (line.Contains(end, StringComparison.Ordinal))
            {
                return output.ToString();
            }
        }

        throw new InvalidOperationException(
            "The portal ended early: " + output + await process.StandardError.ReadToEndAsync(patience.Token));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
