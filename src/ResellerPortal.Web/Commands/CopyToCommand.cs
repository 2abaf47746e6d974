using System.Data.Common;
using Microsoft.AspNetCore.DataProtection;
using ResellerPortal.Core.Moving;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Persistence.Copying;
using ResellerPortal.Web.Hosting;

namespace ResellerPortal.Web.Commands;

/// <summary>
/// <c>copy-to [--settings target.json] [--reseller slug] [--finish | --cancel]</c>: copies the installation, or one reseller, to the
/// database that the settings under Target name, while the portal runs; with <c>--finish</c>, that database takes over.
/// </summary>
internal static class CopyToCommand
{
    private const string Usage =
        "Usage: copy-to [--settings target.json] [--reseller slug] [--finish | --cancel]\n"
            + "The target's Database:Provider, ConnectionStrings:Portal, ConnectionStrings:PortalOwner, Database:ScopeKey and "
            + "DataProtection are in that file, or settings under Target (Target__Database__Provider …). Run 'migrate' there first.";

    public static async Task<int> RunAsync(IServiceProvider services, string[] args)
    {
        if (CommandOptions.Parse(args, ["--settings", "--reseller"], "--finish", "--cancel") is not { } options)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var (isFinish, isCancel) = (options.Has("--finish"), options.Has("--cancel"));
        if (options.Find("--settings") is { } file && !File.Exists(file))
        {
            await Console.Error.WriteLineAsync($"File {file} does not exist. {Usage}");
            return 2;
        }

        var settings = ReadTarget(services.GetRequiredService<IConfiguration>(), options.Find("--settings"));
        if ((isFinish && isCancel) || settings["Database:Provider"] is null)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        try
        {
            return await RunAsync(services, settings, options.Find("--reseller"), isFinish, isCancel);
        }
        catch (Exception refusal) when (refusal is CopyRefusedException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync("REFUSED  " + refusal.Message);
            return 1;
        }
        catch (DbException failure)
        {
            await Console.Error.WriteLineAsync($"FAILED  {failure.Message}\nWhat was copied stays; run this again.");
            return 1;
        }
    }

    private static async Task<int> RunAsync(IServiceProvider services, IConfiguration settings, string? slug, bool isFinish, bool isCancel)
    {
        var isDevelopment = services.GetRequiredService<IHostEnvironment>().IsDevelopment();
        var database = DatabaseRegistration.CreateDatabase(settings);

        // An installation takes its keys along, and so the certificate or key service that reads them.
        var keySettings = slug is null && !settings.GetSection("DataProtection").Exists()
            ? services.GetRequiredService<IConfiguration>()
            : settings;
        await using var keys = DatabaseRegistration.CreateKeyReader(keySettings, database, mustBeEncrypted: !isDevelopment);
        var clock = services.GetRequiredService<TimeProvider>();
        var move = new DatabaseMove(
            DatabaseRegistration.CreateEndpoint(
                services.GetRequiredService<IConfiguration>(),
                services.GetRequiredService<PortalDatabase>(),
                services.GetRequiredService<IDataProtectionProvider>()),
            DatabaseRegistration.CreateEndpoint(settings, database, keys.GetRequiredService<IDataProtectionProvider>()),
            clock,
            new CopyProgressWriter(clock, Console.Out));
        if (isCancel)
        {
            await move.CancelAsync(slug, default);
            Console.WriteLine("The source is open again.");
            return 0;
        }

        if (isFinish)
        {
            return Print(await move.FinishAsync(slug, default), slug);
        }

        var result = await move.CopyAsync(slug, default);
        Console.WriteLine($"{result.Written:N0} rows written; the portal may have changed others since.");
        if (result.Waiting > 0)
        {
            Console.WriteLine($"{result.Waiting:N0} rows refer to newer ones, which the next run copies first.");
        }

        Console.WriteLine("Run this again to copy what has changed, and at last with --finish.");
        return 0;
    }

    private static int Print(MoveReport report, string? slug)
    {
        foreach (var table in report.Tables)
        {
            Console.WriteLine($"{table.Table,-24}{table.Rows,14:N0} rows  {(table.IsEqual ? "equal" : "DIFFERENT")}");
        }

        Console.WriteLine(
            $"Compared {report.Tables.Sum(t => t.Rows):N0} rows of {report.Tables.Count} tables, and verified {report.Entries:N0} ledger "
                + "entries, lots, claims, balances and history in the target.");
        foreach (var fault in report.Faults)
        {
            Console.WriteLine("FAULT  " + fault);
        }

        Console.WriteLine(report.Faults.Count > 0
            ? "The target has not taken over. Correct the cause and run this again, or with --cancel instead of --finish."
            : slug is null
                ? "The target has taken over: start the portal with its settings. The source refuses requests from now on."
                : $"The target serves {slug} from now on; the source refuses its requests.");
        return report.Faults.Count > 0 ? 1 : 0;
    }

    private static IConfiguration ReadTarget(IConfiguration portal, string? file)
    {
        var builder = new ConfigurationBuilder().AddConfiguration(portal.GetSection("Target"));
        return file is null ? builder.Build() : builder.AddJsonFile(Path.GetFullPath(file)).Build();
    }
}
