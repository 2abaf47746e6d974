using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Commands;

/// <summary>
/// The command-line commands: <c>migrate</c>, <c>add-operator</c>, <c>invitation-link</c>, <c>verify-ledger</c>,
/// <c>archive-ledger</c>, <c>invoice-run</c>, <c>export-analytics</c>, <c>year-archive</c> and <c>copy-to</c>.
/// </summary>
internal static class PortalCommands
{
    public delegate Task<int> Command(IServiceProvider services, string[] args);

    public static Command? Find(string[] args) => args switch
    {
        ["migrate", ..] => MigrateAsync,
        ["add-operator", ..] => AddOperatorAsync,
        ["invitation-link", ..] => PrintInvitationLinksAsync,
        ["verify-ledger", ..] => VerifyLedgerCommand.RunAsync,
        ["archive-ledger", ..] => ArchiveLedgerCommand.RunAsync,
        ["invoice-run", ..] => InvoiceRunCommand.RunAsync,
        ["export-analytics", ..] => ExportAnalyticsCommand.RunAsync,
        ["year-archive", ..] => YearArchiveCommand.RunAsync,
        ["copy-to", ..] => CopyToCommand.RunAsync,
        _ => null,
    };

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
}
