using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tokens;

/// <summary>Whether an issued token can have other terms. Pure: the rows are read and locked by the caller.</summary>
internal static class TokenEditValidator
{
    public static Refusal? Validate(ApiToken token, TokenRequest terms, DateTimeOffset now)
    {
        if (token.RevokedAtUtc is not null || token.ExpiresAtUtc <= now)
        {
            return Refusal.Because("This token is revoked or expired. Issue a new one.");
        }

        if (token.IssuedByTokenId is not null)
        {
            return Refusal.Because("This token inherits from the master token that issued it. Change the master token instead.");
        }

        var renamed = terms with { Environment = token.Environment };
        return token.IsNative && TokenChangeText.Describe(token, renamed).Length > 0
            ? Refusal.Because(
                "ConvertAPI manages this token, and its limit, expiry and restrictions cannot be changed. Only its environment can be "
                    + "renamed here. Issue a new token, switch your programs over, then revoke this one.",
                FindChangedField(token, terms))
            : null;
    }

    /// <summary>Whether a customer's own member may make the change.</summary>
    public static Refusal? ValidateAllowance(Customer customer, ApiToken token, TokenRequest terms)
    {
        if (!token.IsSelfService || token.IsMaster)
        {
            return Refusal.Because("Your provider issued this token. Ask your provider to change it.");
        }

        // A limit that the reseller has raised above the allowance may stay, and be lowered.
        var isKeptOrLowered = token.LimitPeriod == terms.LimitPeriod
            && (token.UsageLimit is null || terms.UsageLimit <= token.UsageLimit);
        return isKeptOrLowered ? null : TokenRequestValidator.ValidateAllowance(customer, terms, active: null);
    }

    private static string FindChangedField(ApiToken token, TokenRequest terms) =>
        token.UsageLimit != terms.UsageLimit || token.LimitPeriod != terms.LimitPeriod ? nameof(terms.UsageLimit)
        : token.ExpiresAtUtc != terms.ExpiresAtUtc ? nameof(terms.ExpiresAtUtc)
        : !token.AllowedConverters.SequenceEqual(terms.AllowedConverters) ? nameof(terms.AllowedConverters)
        : nameof(terms.AllowedNetworks);
}
