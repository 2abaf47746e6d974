using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Checkouts;

/// <summary>
/// Identifies the provider account that receives the money: the operator's for plans, a reseller's for invoices. A reseller's account is
/// either connected to the operator's or accessed with the reseller's own keys.
/// </summary>
/// <param name="Key">"operator", the provider's id of a connected account ("acct_…"), or "reseller:" and the reseller's id.</param>
public readonly record struct Merchant(string Key)
{
    public const int MaxLength = 60;

    private const string Keys = "reseller:";

    public static Merchant Operator { get; } = new("operator");

    /// <summary>The reseller with its own keys for the account; null for the operator's and for connected accounts.</summary>
    public ResellerId? KeysOf =>
        Key.StartsWith(Keys, StringComparison.Ordinal) ? new ResellerId(Guid.Parse(Key.AsSpan(Keys.Length))) : null;

    public bool IsOperator => this == Operator;

    public bool IsConnected => !IsOperator && KeysOf is null;

    public static Merchant ForReseller(ResellerId reseller) => new(Keys + reseller.Value);

    public static Merchant ForConnectedAccount(string accountId) => new(accountId);

    public override string ToString() => Key;
}
