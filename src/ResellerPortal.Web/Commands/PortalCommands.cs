using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Commands;

/// <summary>
/// The command-line commands: <c>migrate</c>, <c>add-operator</c>, <c>invitation-link</c>, <c>verify-ledger</c>,
/// <c>invoice-run</c>, <c>export-analytics</c> and <c>copy-to</c>.
/// </summary>
internal static class PortalCommands
{
    public delegate Task<int> Command(IServiceProvider services, string[] args);

    public static Command? Find(string[] args) => args switch
    {
        ["migrate", ..] => MigrateAsync,
        ["add-operator", ..] => AddOperatorAsync,
        ["invitation-link", ..] => PrintInvitationLinksAsync,
        ["verify-ledger", ..] => VerifyLedgerAsync,
        ["invoice-run", ..] => InvoiceRunCommand.RunAsync,
        ["export-analytics", ..] => ExportAnalyticsCommand.RunAsync,
        ["copy-to", ..] => CopyToCommand.RunAsync,
        _ => null,
    };

    /// <summary>The text behind an option; null if it is not given.</summary>
    public static string? FindOption(string[] args, string name)
    {
        var index = Array.IndexOf(args, name);
        return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
    }

    private static async Task<int> MigrateAsync(IServiceProvider services, string[] args)
    {
        await services.GetRequiredService<PortalDatabase>().MigrateAsync(
            services.GetRequiredService<IConfiguration>().GetConnectionString("PortalOwner"));
        Console.WriteLine("The database is up to date.");
        return 0;
    }

    private static async Task<int> AddOperatorAsync(IServiceProvider services, string[] args)
    {
        if (args is not ["--email", var email] || !EmailAddress.IsValid(email))
        {
            await Console.Error.WriteLineAsync("Usage: add-operator --email you@company.example");
            return 2;
        }

        var invitation = await services.GetRequiredService<Memberships>().AddOperatorAsync(email, password: null);
        var path = invitation is null ? null : services.GetRequiredService<InvitationLinks>().CreatePath(invitation, provesAddress: true);
        Console.WriteLine(invitation is null
            ? $"{email} is already an operator."
            : $"{email} can accept the operator invitation once at this link, until {invitation.ExpiresAtUtc:yyyy-MM-dd HH:mm} UTC: "
                + $"{services.GetRequiredService<PortalAddress>().FindUrl(path!) ?? path}");
        return 0;
    }

    /// <summary>
    /// Prints the links of an address's open invitations, for portals without a mail server: whoever runs commands on the server vouches
    /// for the address.
    /// </summary>
    private static async Task<int> PrintInvitationLinksAsync(IServiceProvider services, string[] args)
    {
        if (args is not ["--email", var email] || !EmailAddress.IsValid(email))
        {
            await Console.Error.WriteLineAsync("Usage: invitation-link --email somebody@company.example");
            return 2;
        }

        var open = await services.GetRequiredService<InvitationService>().ListOpenAsync(email);
        foreach (var invitation in open)
        {
            var path = services.GetRequiredService<InvitationLinks>().CreatePath(invitation, provesAddress: true);
            Console.WriteLine(
                $"{invitation.Role}, until {invitation.ExpiresAtUtc:yyyy-MM-dd HH:mm} UTC: "
                    + $"{services.GetRequiredService<PortalAddress>().FindUrl(path) ?? path}");
        }

        Console.WriteLine(open.Count == 0 ? $"No invitation is open for {email}." : "Each link can be used once, by its recipient alone.");
        return open.Count == 0 ? 1 : 0;
    }

    private static async Task<int> VerifyLedgerAsync(IServiceProvider services, string[] args)
    {
        if (args is ["--export", var file])
        {
            return await VerifyExportAsync(file);
        }

        var report = await services.GetRequiredService<LedgerVerifier>().VerifyAsync();
        List<string> faults =
        [
            .. report.Faults,
            .. await services.GetRequiredService<ClaimVerifier>().VerifyAsync(),
            .. await services.GetRequiredService<BalanceVerifier>().VerifyAsync(),
        ];
        var history = await services.GetRequiredService<AuditVerifier>().VerifyAsync();
        faults.AddRange(history.Faults);
        Console.WriteLine(
            $"Checked {report.Entries:N0} entries of {report.Customers:N0} customers: numbering, hash chain, lot draws, counters, "
                + "daily usage, invoiced entries and balances.");
        Console.WriteLine(
            $"Checked {history.Sealed:N0} history events ({history.Erased:N0} of them erased); {history.Waiting:N0} "
                + "are too recent to be sealed.");
        foreach (var fault in faults)
        {
            Console.WriteLine("FAULT  " + fault);
        }

        Console.WriteLine(faults.Count == 0 ? "The ledger is clean." : $"{faults.Count} faults found.");
        return faults.Count == 0 ? 0 : 1;
    }

    /// <summary>Verifies an exported ledger file without a database.</summary>
    private static async Task<int> VerifyExportAsync(string file)
    {
        if (!File.Exists(file))
        {
            await Console.Error.WriteLineAsync($"File {file} does not exist. Usage: verify-ledger [--export ledger.ndjson]");
            return 2;
        }

        var (fault, entries, head) = await LedgerExporter.VerifyAsync(File.ReadLinesAsync(file));
        Console.WriteLine(fault is null ? $"{entries:N0} entries verified. Last hash: {head}" : "FAULT  " + fault);
        return fault is null ? 0 : 1;
    }
}
