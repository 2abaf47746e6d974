using System.Globalization;
using System.Text.RegularExpressions;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Gateway.Files;

namespace ResellerPortal.Gateway.Callers;

/// <summary>
/// Looks at each parameter of a conversion on its way upstream: file ids and addresses are checked and translated, what the
/// gateway sees to itself (job id, web hook) is taken out.
/// </summary>
/// <param name="here">The gateway's own address.</param>
internal sealed partial class CallerParameterFilter(
    FileIdProtector files,
    PublicAddressPolicy addresses,
    ResellerId reseller,
    CustomerId customer,
    string region,
    Func<string> here)
{
    public bool IsAsync { get; private set; }

    /// <summary>The caller's own id for the job.</summary>
    public string? JobName { get; private set; }

    public string? WebHook { get; private set; }

    /// <summary>How long the caller lets the conversion take.</summary>
    public TimeSpan? Timeout { get; private set; }

    /// <returns>The value to pass on; null where the parameter goes no further.</returns>
    /// <exception cref="CallerErrorException">It names a file that is not the caller's, or an address that may not be used.</exception>
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
                return await FileAsync(name, value, cancellationToken);
        }
    }

    private async ValueTask<string> FileAsync(string name, string value, CancellationToken cancellationToken)
    {
        var id = value.StartsWith("http", StringComparison.OrdinalIgnoreCase)
            && here() + "/d/" is var stored
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

        // An id that is not from here can only be somebody else's at the same upstream account.
        return UpstreamIdRegex().IsMatch(value) ? throw new CallerErrorException(GatewayError.FileUnknown) : value;
    }

    /// <summary>File, Files, Files[0], OverlayFile, Url: the upstream reads such values as files, ids or addresses.</summary>
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
    private static partial Regex UpstreamIdRegex();
}
