using System.Diagnostics;
using System.Text;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>Runs the portal as a separate process in its own folder with the settings of the repository.</summary>
internal static class PortalProcess
{
    private const string Listening = "Now listening on: ";

    public static Process Start(DirectoryInfo folder, string environment, params string[] arguments) =>
        Start(typeof(Program).Assembly.Location, folder, environment, arguments);

    /// <param name="program">The portal's assembly, such as one that was published.</param>
    private static Process Start(string program, DirectoryInfo folder, string environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
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

    /// <summary>Starts a published portal as an operator does, outside Development.</summary>
    public static Task<(Process Process, Uri Address)> ServePublishedAsync(DirectoryInfo published, DirectoryInfo folder) => ServeAsync(
        arguments => Start(
            Path.Combine(published.FullName, Path.GetFileName(typeof(Program).Assembly.Location)),
            folder,
            "Production",
            [
                .. arguments,
                "--Database:Provider=Sqlite",
                "--Database:MigrateOnStart=true",
                "--ConnectionStrings:Portal=Data Source=portal.db",
                "--ConvertApi:BaseUrl=https://v2.convertapi.com",
                "--ConvertApi:Secret=unused",
                "--DataProtection:AllowUnencryptedKeys=true",
            ]),
        _ => { });

    /// <inheritdoc cref="ServeAsync(DirectoryInfo, string[])"/>
    /// <param name="log">Receives each line that the server writes.</param>
    public static Task<(Process Process, Uri Address)> ServeAsync(DirectoryInfo folder, Action<string> log, params string[] settings) =>
        ServeAsync(arguments => Start(folder, "Development", [.. arguments, .. settings]), log);

    private static async Task<(Process Process, Uri Address)> ServeAsync(Func<string[], Process> start, Action<string> log)
    {
        // The server chooses its port itself: one that was free a moment ago may be another portal's by now.
        var process = start(
            [
                "--urls",
                "http://127.0.0.1:0",
                "--Demo:Seed=false",
                "--Logging:LogLevel:Default=Error",
                "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information",
            ]);
        var listening = new TaskCompletionSource<Uri>();
        process.OutputDataReceived += (_, line) => Receive(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => Receive(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        // Startup and migrations can be slow while browsers and other servers share the CPU.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var exit = process.WaitForExitAsync(patience.Token);
        await Task.WhenAny(listening.Task, exit);
        if (listening.Task.IsCompleted)
        {
            var address = await listening.Task;
            using var client = new HttpClient { BaseAddress = address };
            while (!exit.IsCompleted)
            {
                try
                {
                    if ((await client.GetAsync("/readyz", CancellationToken.None)).IsSuccessStatusCode)
                    {
                        return (process, address);
                    }
                }
                catch (HttpRequestException)
                {
                    // It is ending.
                }

                await Task.WhenAny(exit, Task.Delay(100, CancellationToken.None));
            }
        }

        throw new InvalidOperationException(
            process.HasExited ? $"The portal ended with {process.ExitCode}." : "The portal did not become ready within two minutes.");

        void Receive(string line)
        {
            if (line.Split(Listening) is [_, var url])
            {
                listening.TrySetResult(new Uri(url));
            }

            log(line);
        }
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
}
