namespace ResellerPortal.Payments.Stripe;

/// <summary>The operator's Stripe account. Without a key, online payments only work for resellers with their own keys.</summary>
public sealed class StripeOptions
{
    public const string Section = "Stripe";

    /// <summary>"sk_…" or "rk_…"; empty for none.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>Signing secret for the operator account's events.</summary>
    public string WebhookSecret { get; set; } = "";

    /// <summary>Signing secret for connected accounts' events, which arrive at the same URL.</summary>
    public string ConnectWebhookSecret { get; set; } = "";

    /// <summary>Stripe's API address; empty for the default.</summary>
    public string ApiBase { get; set; } = "";

    /// <summary>The operator's fee on payments to connected accounts, in basis points.</summary>
    public int ApplicationFeeBasisPoints { get; set; }

    /// <summary>"express" or "standard".</summary>
    public string ConnectAccountType { get; set; } = "express";

    /// <summary>Whether Stripe Tax calculates tax on plans.</summary>
    public bool AutomaticTax { get; set; }
}
