using System.Globalization;
using System.Text.RegularExpressions;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Gateway.Files;

namespace ResellerPortal.Gateway.Callers;

/// <summary>
/// Filters the parameters of a conversion on their way upstream: checks and translates file ids and URLs, and removes what the gateway
/// handles itself (job id, webhook).
/// </summary>
/// <param name="baseAddress">Returns the gateway's own base address.</param>
internal sealed partial class CallerParameterFilter(
    FileIdProtector files,
    PublicAddressPolicy addresses,
    ResellerId reseller,
    CustomerId customer,
    string region,
    Func<string> baseAddress)
{
    public bool IsAsync { get; private set; }

    /// <summary>The job id chosen by the caller.</summary>
    public string? JobName { get; private set; }

    public string? WebHook { get; private set; }

    /// <summary>The caller's timeout for the conversion.</summary>
    public TimeSpan? Timeout { get; private set; }

    /// <returns>The value to pass on; null if the parameter is not passed on.</returns>
    /// <exception cref="CallerErrorException">The value names a file of someone else, or a URL that is not allowed.</exception>
    public async ValueTask<string?> FilterAsync(string name, string value, CancellationToken cancellationToken)
    {
        switch (name.ToLowerInvariant())
        {
            case "async":
                IsAsync = value.Equals("true", StringComparison.OrdinalIgnoreCase) || value == "1";
                return value;
            case "jobid":
                JobName = JobNameRegex().IsMatch(value)
                    ? value.ToLowerInvariant()
                    : throw new CallerErrorException(GatewayError.JobIdUnusable);
                return null;
            case "webhook":
                await addresses.CheckAsync(value, cancellationToken);
                WebHook = value.Length <= 2000 ? value : throw new CallerErrorException(GatewayError.AddressUnusable(value[..100]));
                return null;
            case "timeout":
                Timeout = double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 86_400
                    ? TimeSpan.FromSeconds(seconds)
                    : Timeout;
                return value;
            case var _ when Credentials.IsName(name):
                return null;
            default:
                return await FilterFileAsync(name, value, cancellationToken);
        }
    }

    private async ValueTask<string> FilterFileAsync(string name, string value, CancellationToken cancellationToken)
    {
        var id = value.StartsWith("http", StringComparison.OrdinalIgnoreCase)
            && baseAddress() + "/d/" is var stored
            && value.StartsWith(stored, StringComparison.OrdinalIgnoreCase)
            ? value[stored.Length..].Split('/', '?')[0]
            : value;
        if (FileIdProtector.IsWellFormed(id))
        {
            return files.Read(id) is { } file && file.Reseller == reseller && file.Customer == customer && file.Region == region
                ? file.UpstreamId
                : throw new CallerErrorException(GatewayError.FileUnknown);
        }

        if (!IsFileParameter(name))
        {
            return value;
        }

        if (value.StartsWith("http:", StringComparison.OrdinalIgnoreCase) || value.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
        {
            await addresses.CheckAsync(value, cancellationToken);
            return value;
        }

        // An upstream id not issued by the portal can only belong to another customer of the same upstream account.
        return UpstreamFileIdRegex().IsMatch(value) ? throw new CallerErrorException(GatewayError.FileUnknown) : value;
    }

    /// <summary>Whether the upstream reads the parameter as files, ids or URLs: File, Files, Files[0], OverlayFile, Url.</summary>
    private static bool IsFileParameter(string name)
    {
        var plain = name.IndexOf('[', StringComparison.Ordinal) is > 0 and var bracket ? name[..bracket] : name;
        return !plain.Equals("StoreFile", StringComparison.OrdinalIgnoreCase)
            && (plain.EndsWith("File", StringComparison.OrdinalIgnoreCase)
                || plain.EndsWith("Files", StringComparison.OrdinalIgnoreCase)
                || plain.EndsWith("Url", StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex("^[A-Za-z0-9-]{16,64}$")]
    private static partial Regex JobNameRegex();

    [GeneratedRegex("^[a-z0-9]{16,64}$")]
    private static partial Regex UpstreamFileIdRegex();
}
