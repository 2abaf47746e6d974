using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Documents.Invoices;

namespace ResellerPortal.Web.Commands;

/// <summary>
/// <c>invoice-run --month 2026-10 [--reseller slug]</c>: drafts and finalises the invoices of a month and
/// writes their documents; safe to repeat.
/// </summary>
internal static class InvoiceRunCommand
{
    private const string Usage = "Usage: invoice-run --month 2026-10 [--reseller slug]";

    public static async Task<int> RunAsync(IServiceProvider services, string[] args)
    {
        if (CommandOptions.Parse(args, ["--month", "--reseller"]) is not { } options
            || !BillingPeriod.TryParse(options.Find("--month"), out var period))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var slug = options.Find("--reseller");
        await using var db = services.GetRequiredService<PortalDatabase>().Open(TenantScope.CrossTenants("invoice run of all resellers"));
        var resellers = await db.Resellers.AsNoTracking().Where(r => slug == null || r.Slug == slug).OrderBy(r => r.Slug).ToListAsync();
        if (resellers.Count == 0)
        {
            await Console.Error.WriteLineAsync(slug is null ? "There are no resellers yet." : $"Reseller '{slug}' does not exist.");
            return 1;
        }

        var isComplete = true;
        await using var documents = new DocumentWriter(
            services.GetRequiredService<IInvoiceDocument>(), services.GetRequiredService<IElectronicInvoice>());
        foreach (var reseller in resellers)
        {
            if (reseller.MovingSinceUtc is not null)
            {
                Console.WriteLine($"{reseller.Slug}: moved, or being moved, to another database; its invoices are made there.");
                isComplete &= slug is null;
                continue;
            }

            isComplete &= await RunAsync(
                services, documents, Actor.Portal("invoice-run", TenantScope.ForReseller(reseller.Id)), reseller.Slug, period);
        }

        return isComplete ? 0 : 1;
    }

    private static async Task<bool> RunAsync(
        IServiceProvider services,
        DocumentWriter documents,
        Actor actor,
        string slug,
        BillingPeriod period)
    {
        var folder = Directory.CreateDirectory(Path.Combine("App_Data", "invoices", slug, period.ToString()));
        var isComplete = true;
        Outcome<DraftingResult> result;
        do
        {
            result = await services.GetRequiredService<InvoiceDrafter>().DraftAsync(actor, period, then: FinaliseAsync);
            if (result.Refusal is { } refusal)
            {
                Console.WriteLine($"{slug}: {refusal.Message}");
                return false;
            }
        }
        while (isComplete
            && result.Value.Results.Any(r => r.Outcome == DraftOutcome.EarlierMonthDrafted)); // Each round finalises one month.

        return isComplete;

        async Task FinaliseAsync(IReadOnlyList<DraftResult> drafts)
        {
            Guid[] ids = [.. drafts.Select(d => d.InvoiceId).OfType<Guid>()];
            var outcomes = ids.Zip(await services.GetRequiredService<InvoiceFinalizer>().FinaliseAsync(actor, ids)).ToDictionary(
                made => made.First, made => made.Second);
            foreach (var draft in drafts)
            {
                var (line, isFinalised) = draft.InvoiceId is { } id
                    ? await WriteAsync(services, documents, actor, outcomes[id], folder)
                    : ("nothing to bill", true);
                Console.WriteLine($"{slug}: {draft.CustomerName}, {draft.Period.Name}: {line}");
                isComplete &= isFinalised;
            }
        }
    }

    private static async Task<(string Line, bool IsFinalised)> WriteAsync(
        IServiceProvider services,
        DocumentWriter documents,
        Actor actor,
        Outcome<Invoice> outcome,
        DirectoryInfo folder)
    {
        if (outcome.Refusal is { } refusal)
        {
            return (refusal.Message, false);
        }

        var snapshot = InvoiceSnapshot.Parse(outcome.Value.Snapshot!);
        await documents.WriteAsync(folder, snapshot, await services.GetRequiredService<LogoService>().FindAsync(actor, snapshot.LogoHash));
        var missing = services.GetRequiredService<IElectronicInvoice>().FindMissing(snapshot);
        var files = missing.Count == 0 ? " and .xml" : $"; no e-invoice, missing {string.Join(", ", missing)}";
        return ($"{snapshot.Number}, {outcome.Value.Total}, {DocumentWriter.GetFilePath(folder, snapshot)}{files}", true);
    }
}
