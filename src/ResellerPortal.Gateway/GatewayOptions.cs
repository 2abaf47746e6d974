namespace ResellerPortal.Gateway;

/// <summary>Section ConvertApi: the service that requests are forwarded to.</summary>
public sealed class ConvertApiOptions
{
    public const string Section = "ConvertApi";

    /// <summary>"https://v2.convertapi.com", or empty for the built-in sandbox.</summary>
    public string BaseUrl { get; set; } = "";

    /// <summary>The operator's secret at the service.</summary>
    public string Secret { get; set; } = "";

    /// <summary>Base addresses by the name of their region, for resellers to choose from.</summary>
    public Dictionary<string, string> Regions { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How long one conversion may take upstream. The sweeper waits longer than this.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    public bool IsSandbox => BaseUrl.Length == 0;
}

/// <summary>Section Gateway: what customers may send.</summary>
public sealed class GatewayOptions
{
    public const string Section = "Gateway";

    public long MaxUploadBytes { get; set; } = 1L << 30;

    /// <summary>Conversions of one reseller that run at once on a node.</summary>
    public int ConcurrencyPerReseller { get; set; } = 256;

    /// <summary>Pause between two rounds of asking for running jobs and calling web hooks.</summary>
    public TimeSpan JobPolling { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often each account at the upstream is asked what it has consumed.</summary>
    public TimeSpan ReadingsEvery { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How often the statistics of accounts with native tokens are taken into the ledger.</summary>
    public TimeSpan StatisticsEvery { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Conversions of one reseller that may start within a minute on a node; null for no limit.</summary>
    public int? RequestsPerMinutePerReseller { get; set; }

    /// <summary>Private networks in CIDR form that callers may give addresses of; none unless set.</summary>
    public List<string> AllowedPrivateNetworks { get; } = [];

    /// <summary>The setting Portal:PublicUrl; where it is empty, the address that the request came to.</summary>
    public string PublicUrl { get; set; } = "";
}
