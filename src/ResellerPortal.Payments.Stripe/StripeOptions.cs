namespace ResellerPortal.Payments.Stripe;

/// <summary>The operator's account at Stripe. Without a key the portal works offline, but for resellers with keys of their own.</summary>
public sealed class StripeOptions
{
    public const string Section = "Stripe";

    /// <summary>"sk_…" or "rk_…"; empty for none.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>Signs the events of the operator's account.</summary>
    public string WebhookSecret { get; set; } = "";

    /// <summary>Signs the events of connected accounts, which come to the same address.</summary>
    public string ConnectWebhookSecret { get; set; } = "";

    /// <summary>Where Stripe is; empty for Stripe's own address.</summary>
    public string ApiBase { get; set; } = "";

    /// <summary>What the operator keeps of payments to connected accounts, in hundredths of a percent.</summary>
    public int ApplicationFeeBasisPoints { get; set; }

    /// <summary>"express" or "standard".</summary>
    public string ConnectAccountType { get; set; } = "express";

    /// <summary>Whether Stripe computes tax on plans (Stripe Tax).</summary>
    public bool AutomaticTax { get; set; }
}
