using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Checkouts;

/// <summary>An account at the provider as that tells of it.</summary>
/// <param name="Missing">What it still wants to know; empty for nothing.</param>
public sealed record MerchantStatus(bool TakesPayments, string Missing);

/// <summary>What a provider does for those who receive money.</summary>
public interface IMerchantGateway
{
    /// <summary>Opens an account for a reseller, connected to the operator's. Asked again it answers the same.</summary>
    /// <returns>The provider's id of it.</returns>
    Task<string> OpenAccountAsync(Reseller reseller, CancellationToken cancellationToken);

    /// <summary>A page of the provider where a reseller tells who it is. It holds for a few minutes.</summary>
    Task<string> OnboardingUrlAsync(string accountId, string returnUrl, CancellationToken cancellationToken);

    /// <returns>Null where the account is gone, or no longer connected.</returns>
    Task<MerchantStatus?> ReadAccountAsync(string accountId, CancellationToken cancellationToken);

    /// <returns>Null where the provider does not know the key.</returns>
    Task<MerchantStatus?> CheckKeyAsync(string secretKey, CancellationToken cancellationToken);
}

/// <summary>A reseller's account as its owner sees it: of keys only whether there are any.</summary>
/// <param name="WebhookPath">Where the provider sends events of an account with own keys.</param>
public sealed record PaymentAccountRow(
    bool HasKeys,
    bool HasWebhookSecret,
    string? ConnectedId,
    bool TakesPayments,
    string Missing,
    bool OffersConnecting,
    string WebhookPath);

/// <summary>Where resellers receive what their customers pay online.</summary>
public sealed class PaymentAccountService(
    PortalDatabase database,
    IMerchantGateway merchants,
    IOnlineGateway online,
    MerchantKeyStore keys,
    TimeProvider clock)
{
    private static readonly TenantScope Everybody = TenantScope.CrossTenants("a payment provider's word on an account");

    /// <summary>Where the events of a reseller's own account come in.</summary>
    public static string GetWebhookPath(ResellerId reseller) => $"/webhooks/stripe/{reseller.Value:N}";

    public async Task<PaymentAccountRow> ReadAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PaymentsConfigure);
        await using var db = database.Open(actor.Scope);
        return Row(actor.Reseller, await db.PaymentAccounts.AsNoTracking().SingleOrDefaultAsync(cancellationToken));
    }

    /// <summary>Takes on a reseller's own keys once the provider has accepted them; empty keys are forgotten.</summary>
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
                "A secret key begins with sk_ or rk_. Copy it from the developers' pages of your Stripe account.", nameof(secretKey));
        }

        if (key.Length > 0 && (!secret.StartsWith("whsec_", StringComparison.Ordinal) || secret.Length > 300))
        {
            return Refusal.Because(
                "A signing secret begins with whsec_. Stripe shows it beside the endpoint that you add there.", nameof(webhookSecret));
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
            return Refusal.Because("Stripe does not accept this key. Copy it once more, or make a new one there.", nameof(secretKey));
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
            key.Length == 0 ? "forgot its own keys for online payments" : "set its own keys for online payments",
            cancellationToken);
    }

    /// <summary>Opens an account that is connected to the operator's, and a page where its owner is asked who it is.</summary>
    /// <returns>The address of that page.</returns>
    public async Task<Outcome<string>> ConnectAsync(Actor actor, string returnUrl, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PaymentsConfigure);
        if (!online.IsConfigured)
        {
            return Refusal.Because(
                "The operator of this portal has no account at Stripe that yours could be connected to. Use keys of your own.");
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

            return await merchants.OnboardingUrlAsync(id, returnUrl, cancellationToken);
        }
        catch (PaymentProviderException failure)
        {
            return failure.Refusal;
        }
    }

    /// <summary>Asks the provider how the account stands now.</summary>
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

    /// <summary>Takes in what the provider says of a connected account; one that is not connected any more takes no payments.</summary>
    /// <returns>Whether the account is one of ours.</returns>
    public async Task<bool> SyncAsync(string connectedId, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Everybody);
        var account = await db.PaymentAccounts.AsNoTracking().SingleOrDefaultAsync(a => a.ConnectedId == connectedId, cancellationToken);
        return account is not null && await SyncAsync(account.ResellerId, cancellationToken);
    }

    /// <summary>The reseller to whom a connected account belongs; null for none.</summary>
    public async Task<ResellerId?> FindOwnerAsync(Merchant merchant, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Everybody);
        return merchant.KeysOf
            ?? (merchant.IsOperator
                ? null
                : (await db.PaymentAccounts.AsNoTracking()
                    .SingleOrDefaultAsync(a => a.ConnectedId == merchant.Key, cancellationToken))?.ResellerId);
    }

    /// <summary>Every account that receives payments, the operator's first.</summary>
    public async Task<IReadOnlyList<Merchant>> MerchantsAsync(CancellationToken cancellationToken)
    {
        await using var db = database.Open(Everybody);
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
                ?? gone with { Missing = "The key is not accepted any more. Enter a new one." }
            : gone;
        if ((account.TakesPayments, account.Missing) != (status.TakesPayments, status.Missing))
        {
            await ChangeAsync(
                actor,
                row => ApplyStatus(row, status),
                status.TakesPayments ? "takes online payments from now on" : "takes no online payments for now",
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
        return Row(reseller.Id, account);
    }

    private PaymentAccountRow Row(ResellerId reseller, PaymentAccount? account) => new(
        account?.ProtectedSecretKey is not null,
        account?.ProtectedWebhookSecret is not null,
        account?.ConnectedId,
        account is { TakesPayments: true, Merchant: not null },
        account?.Missing ?? "",
        online.IsConfigured,
        GetWebhookPath(reseller));
}
