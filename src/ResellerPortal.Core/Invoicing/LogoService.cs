using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>A reseller's mark: set by it, read by whoever may read its documents.</summary>
public sealed class LogoService(PortalDatabase database, IInvoiceDocument document, TimeProvider clock)
{
    public const int MaxBytes = 512 * 1024;

    /// <summary>Sets the mark of documents from now on; those that are final keep theirs.</summary>
    /// <param name="image">A PNG or JPEG file; null takes the mark away.</param>
    public async Task<Outcome<Reseller>> SetAsync(Actor actor, byte[]? image, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesConfigure);
        if (image is not null && (image.Length > MaxBytes || !document.CanShow(image)))
        {
            return Refusal.Because(
                "A logo is a PNG or JPEG image of up to 512 KB. Save yours as one of these and try again.", nameof(image));
        }

        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        reseller.LogoHash = image is null ? null : Convert.ToHexStringLower(SHA256.HashData(image));
        if (image is not null && !await db.Logos.AnyAsync(l => l.Hash == reseller.LogoHash, cancellationToken))
        {
            db.Logos.Add(new Logo { ResellerId = reseller.Id, Hash = reseller.LogoHash!, Image = image });
        }

        db.Audit(
            actor,
            clock.GetUtcNow(),
            Permission.InvoicesConfigure,
            image is null ? "took the logo off documents" : "set the logo of documents",
            reseller.Id);
        await db.SaveChangesAsync(cancellationToken);
        return reseller;
    }

    /// <summary>The mark that a document of this actor's reseller shows; null where it shows none.</summary>
    public async Task<byte[]?> FindAsync(Actor actor, string? hash, CancellationToken cancellationToken = default)
    {
        if (hash is null)
        {
            return null;
        }

        await using var db = database.Open(actor.Scope.WholeReseller());
        return await db.Logos.Where(l => l.Hash == hash).Select(l => l.Image).SingleAsync(cancellationToken);
    }
}
