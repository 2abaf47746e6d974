namespace ResellerPortal.Gateway;

/// <summary>Section ConvertApi: the upstream service.</summary>
public sealed class ConvertApiOptions
{
    public const string Section = "ConvertApi";

    /// <summary>"https://v2.convertapi.com", or empty for the built-in sandbox.</summary>
    public string BaseUrl { get; set; } = "";

    /// <summary>The operator's upstream secret.</summary>
    public string Secret { get; set; } = "";

    /// <summary>Base URLs by region name, for resellers to choose from.</summary>
    public Dictionary<string, string> Regions { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Maximum duration of one conversion upstream. The sweeper waits longer than this.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    public bool IsSandbox => BaseUrl.Length == 0;
}

/// <summary>Section Gateway: limits for customers' requests.</summary>
public sealed class GatewayOptions
{
    public const string Section = "Gateway";

    public long MaxUploadBytes { get; set; } = 1L << 30;

    /// <summary>A body that is sent more slowly than this is given up, so that it cannot outlive its reservation.</summary>
    public double SlowestBodyBytesPerSecond { get; set; } = 1024;

    /// <summary>How long a body may be slower than that.</summary>
    public TimeSpan SlowBodyGrace { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The most that a request is taken to cost if the operator does not state it for its converter; null for 10, or 1 with the sandbox,
    /// which always charges 1 a file.
    /// </summary>
    public long? DefaultCeiling { get; set; }

    /// <summary>The largest file that may be uploaded without credentials.</summary>
    public long AnonymousUploadMaxBytes { get; set; } = 200L << 20;

    /// <summary>Files that one network may upload without credentials and not convert; 0 for none.</summary>
    public int AnonymousUploadsPerNetwork { get; set; } = 500;

    /// <summary>Bytes that one network may upload without credentials and not convert.</summary>
    public long AnonymousUploadBytesPerNetwork { get; set; } = 5L << 30;

    /// <summary>Concurrent conversions of one reseller on a node.</summary>
    public int ConcurrencyPerReseller { get; set; } = 384;

    /// <summary>The share of them that one customer may use.</summary>
    public int ConcurrencyPerCustomer { get; set; } = 256;

    /// <summary>
    /// How long requests are rejected at once after half of at least 20 requests to an upstream failed within 30 seconds.
    /// </summary>
    public TimeSpan CircuitBreak { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Interval between polling running jobs and calling webhooks.</summary>
    public TimeSpan JobPolling { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often each upstream account's consumption is read.</summary>
    public TimeSpan ReadingsEvery { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How often the statistics of accounts with native tokens are recorded in the ledger.</summary>
    public TimeSpan StatisticsEvery { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Conversions that one reseller may start per minute on a node; null for no limit.</summary>
    public int? RequestsPerMinutePerReseller { get; set; }

    /// <summary>Private networks in CIDR notation that callers' URLs may refer to; none by default.</summary>
    public List<string> AllowedPrivateNetworks { get; } = [];

    /// <summary>The name server that is asked about resellers' hosts, as "192.0.2.53" or with a port; empty for the system's.</summary>
    public string DnsServer { get; set; } = "";

    /// <summary>The setting Portal:PublicUrl; if empty, the request's own host is used.</summary>
    public string PublicUrl { get; set; } = "";
}
