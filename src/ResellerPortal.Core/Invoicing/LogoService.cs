using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>Sets a reseller's logo and reads it for those who may read its documents.</summary>
public sealed class LogoService(PortalDatabase database, IInvoiceDocument document, TimeProvider clock)
{
    public const int MaxBytes = 512 * 1024;

    /// <summary>
    /// Sets the logo of future documents; finalised documents keep theirs.
    /// Refused: the file is not a PNG or JPEG image, or is too large.
    /// </summary>
    /// <param name="image">A PNG or JPEG file; null removes the logo.</param>
    public async Task<Outcome<Reseller>> SetAsync(Actor actor, byte[]? image, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesConfigure);
        if (image is not null && (image.Length > MaxBytes || !document.CanShow(image)))
        {
            return Refusal.Because(
                "Choose a PNG or JPEG image of up to 512 KB.", nameof(image));
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
            image is null ? "removed the document logo" : "set the document logo",
            reseller.Id);
        await db.SaveChangesAsync(cancellationToken);
        return reseller;
    }

    /// <summary>The logo with this hash for documents of the actor's reseller; null if there is none.</summary>
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
