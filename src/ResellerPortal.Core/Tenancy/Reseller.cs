using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Tenancy;

/// <summary>The fonts that come with the portal.</summary>
public enum DocumentFont
{
    Inter,
    SourceSerif,
    PlexSans,
}

/// <summary>Whose people have to sign in with two factors (an authenticator's code, a passkey, or a provider that sees to it).</summary>
public enum TwoFactorRule
{
    Optional,
    Members,
    MembersAndCustomers,
}

/// <summary>The tenant: buys bulk plans, owns customers, prices, invoices and branding.</summary>
public sealed class Reseller : IAudited
{
    public ResellerId Id { get; init; } = ResellerId.New();

    /// <summary>Short name for addresses and commands, unique in the installation: "northwind".</summary>
    public required string Slug { get; init; }

    public required string Name { get; set; }

    /// <summary>Currency of the plans it buys, its default prices and its reports.</summary>
    public required Currency Currency { get; init; }

    /// <summary>IANA time zone in which its days and billing periods are cut.</summary>
    public required string TimeZone { get; init; }

    public required PostalAddress Address { get; set; }

    public string? VatId { get; set; }

    public string Email { get; set; } = "";

    /// <summary>Whom e-invoices name for questions; XRechnung demands both.</summary>
    public string ContactName { get; set; } = "";

    public string ContactPhone { get; set; } = "";

    /// <summary>Where its customers pay to.</summary>
    public BankAccount Account { get; set; } = BankAccount.None;

    /// <summary>What it says about payment beside that. Printed on invoices.</summary>
    public string PaymentInstructions { get; set; } = "";

    /// <summary>An address of its own where an invoice is paid, "{number}" standing for the invoice's; empty for none.</summary>
    public string PayLink { get; set; } = "";

    /// <summary>Whether its customers can pay at a payment provider's page; kept up as the provider tells.</summary>
    public bool TakesOnlinePayments { get; set; }

    /// <summary>See <c>InvoiceNumber</c> for what a pattern may hold.</summary>
    public string InvoiceNumberPattern { get; set; } = "INV-{yyyy}-{seq:0000}";

    /// <summary>Credit notes are a series of their own.</summary>
    public string CreditNotePattern { get; set; } = "CN-{yyyy}-{seq:0000}";

    public int PaymentTermDays { get; set; } = 14;

    /// <summary>A tax rate of its own in hundredths of a percent, 2100 is 21 %; null for the standard rate of its country.</summary>
    public int? StandardTaxBasisPoints { get; set; }

    /// <summary>
    /// Whether consumers of other member states pay their own country's rate, which it declares through the Union's One-Stop Shop.
    /// </summary>
    public bool UsesOneStopShop { get; set; }

    /// <summary>Documents that became final since then are mailed to customers by themselves; null while none are.</summary>
    public DateTimeOffset? MailsDocumentsSinceUtc { get; set; }

    /// <summary>Accent colour as "#rrggbb".</summary>
    public string BrandColor { get; set; } = "#2f5bea";

    /// <summary>The <see cref="Logo.Hash"/> of its mark; null for none.</summary>
    public string? LogoHash { get; set; }

    /// <summary>The font of its documents, one of those that come with the portal.</summary>
    public DocumentFont Font { get; set; }

    /// <summary>ISO 639-1 code of the language that its documents are written in, unless a customer has another.</summary>
    public string Language { get; set; } = "en";

    /// <summary>Whether its customers read on invoices what the conversions cost it.</summary>
    public bool PrintsCost { get; set; }

    /// <summary>Its own secret at the upstream, encrypted; null to use the operator's account.</summary>
    public string? ProtectedUpstreamSecret { get; set; }

    /// <summary>One of the regions in the settings; empty for the upstream's own choice.</summary>
    public string UpstreamRegion { get; set; } = "";

    /// <summary>Whether older programs may send their token in the query, where logs of proxies may keep it.</summary>
    public bool AcceptsQueryCredentials { get; set; } = true;

    /// <summary>
    /// Whether tokens may be made at the upstream, in its own account there, for programs that call the upstream directly.
    /// </summary>
    public bool IssuesNativeTokens { get; set; }

    public TwoFactorRule TwoFactor { get; set; }

    public DateTimeOffset CreatedAtUtc { get; init; }

    public TimeZoneInfo Zone => TimeZones.TryFind(TimeZone, out var zone)
        ? zone
        : throw new InvalidOperationException($"Time zone '{TimeZone}' of reseller {Slug} is not known on this machine.");
}
