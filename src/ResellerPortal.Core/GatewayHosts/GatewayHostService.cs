using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.GatewayHosts;

/// <summary>Manages the host name at which a reseller's customers reach the gateway.</summary>
public sealed class GatewayHostService(
    PortalDatabase database,
    GatewayHostVerifier verifier,
    GatewayHostDirectory directory,
    PortalAddress portal,
    TimeProvider clock)
{
    private static readonly TenantScope AllTenants = TenantScope.CrossTenants("a host name is verified for one reseller only");

    /// <summary>The reseller's gateway host; null if it has none.</summary>
    public async Task<GatewayHost?> FindAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.GatewayManage);
        await using var db = database.Open(actor.Scope);
        return await db.GatewayHosts.AsNoTracking().SingleOrDefaultAsync(h => h.ResellerId == actor.Reseller, cancellationToken);
    }

    /// <summary>
    /// Claims a host name, in place of one that is not verified yet.
    /// Refused: it is not a host name, is the portal's own or another reseller's, or the reseller has a verified one.
    /// </summary>
    public async Task<Outcome<GatewayHost>> SetAsync(Actor actor, string hostName, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.GatewayManage);
        if (portal.Host.Length == 0)
        {
            return Refuse("The operator has not set the portal's public address yet. Ask the operator to do so.");
        }

        var parsed = GatewayHostName.Parse(hostName);
        if (parsed.Refusal is { } refusal)
        {
            return refusal;
        }

        var name = parsed.Value;
        if (name.Equals(portal.Host, StringComparison.OrdinalIgnoreCase))
        {
            return Refuse("This is the portal's own host name. Enter one of your own domain.");
        }

        if (await IsTakenAsync(actor, name, cancellationToken))
        {
            return RefuseTaken(name);
        }

        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [actor.Reseller.Value], cancellationToken);
        var host = await db.GatewayHosts.SingleOrDefaultAsync(h => h.ResellerId == actor.Reseller, cancellationToken);
        if (host is { VerifiedAtUtc: not null })
        {
            return Refuse($"Your customers use {host.HostName}. Remove it before you set another host name.");
        }

        var value = $"reseller-portal={RandomNumberGenerator.GetHexString(32, lowercase: true)}";
        if (host is null)
        {
            host = new GatewayHost { ResellerId = actor.Reseller, HostName = name, VerificationValue = value };
            db.GatewayHosts.Add(host);
        }
        else if (host.HostName != name)
        {
            (host.HostName, host.VerificationValue) = (name, value);
            (host.TextState, host.AddressState, host.CheckedAtUtc) = (DnsRecordState.NotChecked, DnsRecordState.NotChecked, null);
        }

        db.Audit(actor, clock.GetUtcNow(), Permission.GatewayManage, $"gateway host {name} set", actor.Reseller);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return host;
    }

    /// <summary>
    /// Checks the DNS records now. The first reseller for whom both are correct has the name.
    /// Refused: there is no host name, it was changed meanwhile, or another reseller has verified it.
    /// </summary>
    public async Task<Outcome<GatewayHost>> CheckAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(actor, cancellationToken) is not { } claimed)
        {
            return Refusal.NotFound("host name");
        }

        // Name servers may take seconds to answer, so they are asked before the transaction.
        var (text, address) = await verifier.VerifyAsync(claimed, cancellationToken);
        var now = clock.GetUtcNow();
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [actor.Reseller.Value], cancellationToken);
        var host = await db.GatewayHosts.SingleOrDefaultAsync(h => h.ResellerId == actor.Reseller, cancellationToken);
        if (host is null || host.VerificationValue != claimed.VerificationValue)
        {
            return Refuse("The host name was changed meanwhile. Check again.");
        }

        var isChanged = (host.TextState, host.AddressState) != (text, address);
        (host.TextState, host.AddressState, host.CheckedAtUtc) = (text, address, now);
        if (host.VerifiedAtUtc is null && (text, address) == (DnsRecordState.Correct, DnsRecordState.Correct))
        {
            (host.VerifiedAtUtc, host.VerifiedHostName) = (now, host.HostName);
        }

        if (isChanged)
        {
            db.Audit(
                actor, now, Permission.GatewayManage, $"gateway host {host.HostName} checked: {host.Status}", actor.Reseller);
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            await transaction.RollbackAsync(cancellationToken);
            if (await IsTakenAsync(actor, claimed.HostName, cancellationToken))
            {
                return RefuseTaken(claimed.HostName);
            }

            throw;
        }

        await transaction.CommitAsync(cancellationToken);
        await directory.RefreshAsync(cancellationToken);
        return host;
    }

    /// <summary>Removes the host name, which is not served any more. Refused: there is none.</summary>
    public async Task<Outcome<GatewayHost>> RemoveAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.GatewayManage);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [actor.Reseller.Value], cancellationToken);
        if (await db.GatewayHosts.SingleOrDefaultAsync(h => h.ResellerId == actor.Reseller, cancellationToken) is not { } host)
        {
            return Refusal.NotFound("host name");
        }

        db.GatewayHosts.Remove(host);
        db.Audit(actor, clock.GetUtcNow(), Permission.GatewayManage, $"gateway host {host.HostName} removed", actor.Reseller);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await directory.RefreshAsync(cancellationToken);
        return host;
    }

    private static Refusal Refuse(string why) => Refusal.Because(why, nameof(GatewayHost.HostName));

    private static Refusal RefuseTaken(string name) =>
        Refuse($"Another reseller has verified {name}. If the domain is yours, contact the operator.");

    private async Task<bool> IsTakenAsync(Actor actor, string name, CancellationToken cancellationToken)
    {
        await using var db = database.Open(AllTenants);
        return await db.GatewayHosts.AnyAsync(h => h.VerifiedHostName == name && h.ResellerId != actor.Reseller, cancellationToken);
    }
}
