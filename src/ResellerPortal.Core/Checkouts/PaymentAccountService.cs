using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Checkouts;

/// <summary>The state of an account at the provider.</summary>
/// <param name="Missing">What the provider still requires; empty if nothing.</param>
public sealed record MerchantStatus(bool TakesPayments, string Missing);

/// <summary>Manages merchant accounts at a payment provider.</summary>
public interface IMerchantGateway
{
    /// <summary>Opens an account for a reseller, connected to the operator's. Idempotent.</summary>
    /// <returns>The provider's id of the account.</returns>
    Task<string> OpenAccountAsync(Reseller reseller, CancellationToken cancellationToken);

    /// <summary>Creates a provider page where a reseller verifies its identity. Valid for a few minutes.</summary>
    Task<string> CreateOnboardingUrlAsync(string accountId, string returnUrl, CancellationToken cancellationToken);

    /// <returns>Null if the account is gone or no longer connected.</returns>
    Task<MerchantStatus?> ReadAccountAsync(string accountId, CancellationToken cancellationToken);

    /// <returns>Null if the provider does not know the key.</returns>
    Task<MerchantStatus?> CheckKeyAsync(string secretKey, CancellationToken cancellationToken);
}

/// <summary>A reseller's account for display; keys are only reported as present or absent.</summary>
/// <param name="WebhookPath">Where the provider sends events of an account with its own keys.</param>
public sealed record PaymentAccountRow(
    bool HasKeys,
    bool HasWebhookSecret,
    string? ConnectedId,
    bool TakesPayments,
    string Missing,
    bool OffersConnecting,
    string WebhookPath);

/// <summary>Manages where resellers receive their customers' online payments.</summary>
public sealed class PaymentAccountService(
    PortalDatabase database,
    IMerchantGateway merchants,
    IOnlineGateway online,
    MerchantKeyStore keys,
    TimeProvider clock)
{
    private static readonly TenantScope AllTenants = TenantScope.CrossTenants("payment provider updates for accounts");

    /// <summary>The webhook path for a reseller's own account.</summary>
    public static string GetWebhookPath(ResellerId reseller) => $"/webhooks/stripe/{reseller.Value:N}";

    public async Task<PaymentAccountRow> ReadAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PaymentsConfigure);
        await using var db = database.Open(actor.Scope);
        return CreateRow(actor.Reseller, await db.PaymentAccounts.AsNoTracking().SingleOrDefaultAsync(cancellationToken));
    }

    /// <summary>
    /// Stores a reseller's own keys after the provider has accepted them; empty keys are deleted.
    /// Refused: a key or secret has the wrong format; the provider rejects the key.
    /// </summary>
    public async Task<Outcome<PaymentAccountRow>> SetKeysAsync(
        Actor actor,
        string secretKey,
        string webhookSecret,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PaymentsConfigure);
        var (key, secret) = (secretKey.Trim(), webhookSecret.Trim());
        if (key.Length > 0
            && (!(key.StartsWith("sk_", StringComparison.Ordinal) || key.StartsWith("rk_", StringComparison.Ordinal))
                || key.Length > 300
                || key.Any(char.IsWhiteSpace)))
        {
            return Refusal.Because(
                "A secret key begins with sk_ or rk_. Copy it from the Developers section of your Stripe Dashboard.", nameof(secretKey));
        }

        if (key.Length > 0 && (!secret.StartsWith("whsec_", StringComparison.Ordinal) || secret.Length > 300))
        {
            return Refusal.Because(
                "A signing secret begins with whsec_. Stripe shows it next to your webhook endpoint.", nameof(webhookSecret));
        }

        MerchantStatus? status;
        try
        {
            status = key.Length == 0 ? null : await merchants.CheckKeyAsync(key, cancellationToken);
        }
        catch (PaymentProviderException failure)
        {
            return failure.Refusal;
        }

        if (key.Length > 0 && status is null)
        {
            return Refusal.Because("Stripe rejected this key. Copy it again or create a new one.", nameof(secretKey));
        }

        return await ChangeAsync(
            actor,
            account =>
            {
                (
                    account.ProtectedSecretKey,
                    account.ProtectedWebhookSecret) = key.Length == 0 ? (null, null) : (keys.Protect(key), keys.Protect(secret));
                if (status is not null)
                {
                    ApplyStatus(account, status);
                }
                else if (account.ConnectedId is null)
                {
                    ApplyStatus(account, new MerchantStatus(false, ""));
                }
            },
            key.Length == 0 ? "deleted its own payment keys" : "set its own payment keys",
            cancellationToken);
    }

    /// <summary>
    /// Opens an account connected to the operator's, and a page where its owner verifies its identity.
    /// Refused: the operator has no account at the provider; the provider refuses.
    /// </summary>
    /// <returns>The URL of that page.</returns>
    public async Task<Outcome<string>> ConnectAsync(Actor actor, string returnUrl, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PaymentsConfigure);
        if (!online.IsConfigured)
        {
            return Refusal.Because(
                "Connected accounts are not available on this portal. Use your own Stripe keys.");
        }

        try
        {
            await using var db = database.Open(actor.Scope);
            var id = (await db.PaymentAccounts.AsNoTracking().SingleOrDefaultAsync(cancellationToken))?.ConnectedId;
            if (id is null)
            {
                id = await merchants.OpenAccountAsync(
                    await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken), cancellationToken);
                await ChangeAsync(
                    actor, account => account.ConnectedId = id, $"opened account {id} for online payments", cancellationToken);
            }

            return await merchants.CreateOnboardingUrlAsync(id, returnUrl, cancellationToken);
        }
        catch (PaymentProviderException failure)
        {
            return failure.Refusal;
        }
    }

    /// <summary>Reads the account's current state from the provider.</summary>
    public async Task<Outcome<PaymentAccountRow>> RefreshAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PaymentsConfigure);
        try
        {
            await SyncAsync(actor.Reseller, cancellationToken);
        }
        catch (PaymentProviderException failure)
        {
            return failure.Refusal;
        }

        return await ReadAsync(actor, cancellationToken);
    }

    /// <summary>Reads the state of a connected account from the provider; an account no longer connected accepts no payments.</summary>
    /// <returns>Whether the account is one of ours.</returns>
    public async Task<bool> SyncAsync(string connectedId, CancellationToken cancellationToken)
    {
        await using var db = database.Open(AllTenants);
        var account = await db.PaymentAccounts.AsNoTracking().SingleOrDefaultAsync(a => a.ConnectedId == connectedId, cancellationToken);
        return account is not null && await SyncAsync(account.ResellerId, cancellationToken);
    }

    /// <summary>The reseller that owns a connected account; null if there is none.</summary>
    public async Task<ResellerId?> FindOwnerAsync(Merchant merchant, CancellationToken cancellationToken)
    {
        await using var db = database.Open(AllTenants);
        return merchant.KeysOf
            ?? (merchant.IsOperator
                ? null
                : (await db.PaymentAccounts.AsNoTracking()
                    .SingleOrDefaultAsync(a => a.ConnectedId == merchant.Key, cancellationToken))?.ResellerId);
    }

    /// <summary>All accounts that receive payments, the operator's first.</summary>
    public async Task<IReadOnlyList<Merchant>> ListMerchantsAsync(CancellationToken cancellationToken)
    {
        await using var db = database.Open(AllTenants);
        var accounts = await db.PaymentAccounts.AsNoTracking().OrderBy(a => a.ResellerId).ToListAsync(cancellationToken);
        return [
            .. online.IsConfigured ? [Merchant.Operator] : Array.Empty<Merchant>(),
            .. accounts.Select(a => a.Merchant).OfType<Merchant>().Where(m => online.IsConfigured || !m.IsConnected),
        ];
    }

    private async Task<bool> SyncAsync(ResellerId reseller, CancellationToken cancellationToken)
    {
        var actor = Actor.Portal("payment provider", TenantScope.ForReseller(reseller));
        await using var db = database.Open(actor.Scope);
        var account = await db.PaymentAccounts.AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        if (account?.Merchant is not { } merchant)
        {
            return false;
        }

        var gone = new MerchantStatus(false, "The account is no longer connected. Connect it again.");
        var status = merchant.IsConnected
            ? await merchants.ReadAccountAsync(merchant.Key, cancellationToken) ?? gone
            : await keys.FindAsync(reseller, cancellationToken) is { } own
            ? await merchants.CheckKeyAsync(own.SecretKey, cancellationToken)
                ?? gone with { Missing = "The key is no longer accepted. Enter a new one." }
            : gone;
        if ((account.TakesPayments, account.Missing) != (status.TakesPayments, status.Missing))
        {
            await ChangeAsync(
                actor,
                row => ApplyStatus(row, status),
                status.TakesPayments ? "online payments enabled" : "online payments disabled",
                cancellationToken);
        }

        return true;
    }

    private void ApplyStatus(PaymentAccount account, MerchantStatus status) =>
        (account.TakesPayments, account.Missing, account.ReadAtUtc) = (
            status.TakesPayments,
            status.Missing.Truncate(500),
            clock.GetUtcNow());

    private async Task<PaymentAccountRow> ChangeAsync(
        Actor actor,
        Action<PaymentAccount> change,
        string what,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [actor.Reseller.Value], cancellationToken);
        var reseller = await db.Resellers.SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        if (await db.PaymentAccounts.SingleOrDefaultAsync(cancellationToken) is not { } account)
        {
            account = new PaymentAccount { ResellerId = reseller.Id };
            db.PaymentAccounts.Add(account);
        }

        change(account);
        reseller.TakesOnlinePayments = account is { TakesPayments: true, Merchant: not null };
        db.Audit(actor, clock.GetUtcNow(), Permission.PaymentsConfigure, what, reseller.Id);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return CreateRow(reseller.Id, account);
    }

    private PaymentAccountRow CreateRow(ResellerId reseller, PaymentAccount? account) => new(
        account?.ProtectedSecretKey is not null,
        account?.ProtectedWebhookSecret is not null,
        account?.ConnectedId,
        account is { TakesPayments: true, Merchant: not null },
        account?.Missing ?? "",
        online.IsConfigured,
        GetWebhookPath(reseller));
}
