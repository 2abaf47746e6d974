using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Web.Commands;

/// <summary><c>invoice-run --month 2026-10 [--reseller slug]</c>: drafts, finalises and writes the documents of a month; safe to repeat.</summary>
internal static class InvoiceRunCommand
{
    private const string Usage = "Usage: invoice-run --month 2026-10 [--reseller slug]";

    public static async Task<int> RunAsync(IServiceProvider services, string[] args)
    {
        if (!BillingPeriod.TryParse(Option(args, "--month"), out var period))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var slug = Option(args, "--reseller");
        await using var db = services.GetRequiredService<PortalDatabase>().Open(TenantScope.CrossTenants("invoice run of all resellers"));
        var resellers = await db.Resellers.AsNoTracking().Where(r => slug == null || r.Slug == slug).OrderBy(r => r.Slug).ToListAsync();
        if (resellers.Count == 0)
        {
            await Console.Error.WriteLineAsync(slug is null ? "There are no resellers yet." : $"There is no reseller '{slug}'.");
            return 1;
        }

        var isComplete = true;
        foreach (var reseller in resellers)
        {
            isComplete &= await RunAsync(services, Actor.Portal("invoice-run", TenantScope.Of(reseller.Id)), reseller.Slug, period);
        }

        return isComplete ? 0 : 1;
    }

    private static async Task<bool> RunAsync(IServiceProvider services, Actor actor, string slug, BillingPeriod period)
    {
        var folder = Directory.CreateDirectory(Path.Combine("App_Data", "invoices", slug, period.ToString()));
        DraftRun run;
        var isComplete = true;
        do
        {
            var drafted = await services.GetRequiredService<InvoiceRun>().DraftAsync(actor, period);
            if (drafted.Refusal is { } refusal)
            {
                Console.WriteLine($"{slug}: {refusal.Message}");
                return false;
            }

            run = drafted.Value;
            foreach (var result in run.Results)
            {
                var (line, isFinal) = result.Outcome == DraftOutcome.NothingToBill ? ("nothing to bill", true) : await FinaliseAsync(services, actor, result.InvoiceId!.Value, folder);
                Console.WriteLine($"{slug}: {result.CustomerName}, {result.Period.Name}: {line}");
                isComplete &= isFinal;
            }
        }
        while (isComplete && run.Results.Any(r => r.Outcome == DraftOutcome.EarlierMonthDrafted)); // Each round makes one month of them final.

        return isComplete;
    }

    private static async Task<(string Line, bool IsFinal)> FinaliseAsync(IServiceProvider services, Actor actor, Guid invoiceId, DirectoryInfo folder)
    {
        var outcome = await services.GetRequiredService<Invoices>().FinaliseAsync(actor, invoiceId);
        if (outcome.Refusal is { } refusal)
        {
            return (refusal.Message, false);
        }

        var snapshot = InvoiceSnapshot.Parse(outcome.Value.Snapshot!);
        var file = Path.Combine(folder.FullName, snapshot.Number.Replace('/', '-') + ".pdf");
        await File.WriteAllBytesAsync(file, services.GetRequiredService<IInvoiceDocument>().Draw(snapshot));
        var electronic = services.GetRequiredService<IElectronicInvoice>();
        if (electronic.MissingFrom(snapshot) is { Count: > 0 } missing)
        {
            return ($"{snapshot.Number}, {outcome.Value.Total}, {file}; no e-invoice, for it lacks {string.Join(", ", missing)}", true);
        }

        await File.WriteAllBytesAsync(Path.ChangeExtension(file, ".xml"), electronic.Write(snapshot));
        return ($"{snapshot.Number}, {outcome.Value.Total}, {file} and .xml", true);
    }

    private static string? Option(string[] args, string name)
    {
        var index = Array.IndexOf(args, name);
        return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
    }
}
