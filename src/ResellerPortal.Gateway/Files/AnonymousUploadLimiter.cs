using System.Net;
using Microsoft.Extensions.Options;
using ResellerPortal.Gateway.Callers;

namespace ResellerPortal.Gateway.Files;

/// <summary>
/// Limits what is uploaded without credentials, as some of ConvertAPI's clients do, so that the gateway cannot be used as a store: the
/// size of a file, and the number and bytes of files that no token has converted yet, of a network and in all. Each node counts for itself.
/// </summary>
internal sealed class AnonymousUploadLimiter(TimeProvider clock, IOptions<GatewayOptions> options)
{
    /// <summary>Networks that may reach their limits at the same time.</summary>
    private const int NetworksAtLimit = 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, Usage> _networks = [];
    private readonly Usage _all = new();
    private readonly Dictionary<string, AnonymousUpload> _unclaimed = [];
    private readonly Queue<(string UpstreamId, DateTimeOffset ExpiresAtUtc)> _expiring = [];

    /// <summary>Begins an upload, which counts until it is disposed of.</summary>
    /// <returns>Null if too many files are waiting to be converted.</returns>
    public AnonymousUpload? TryBegin(IPAddress? address)
    {
        var network = CallerNetwork.FromAddress(address);
        lock (_gate)
        {
            while (_expiring.TryPeek(out var oldest) && oldest.ExpiresAtUtc <= clock.GetUtcNow())
            {
                _expiring.Dequeue();
                _unclaimed.Remove(oldest.UpstreamId, out var expired);
                Remove(expired);
            }

            var usage = _networks.GetValueOrDefault(network) ?? new Usage();
            if (usage.Files >= options.Value.AnonymousUploadsPerNetwork
                || _all.Files >= NetworksAtLimit * options.Value.AnonymousUploadsPerNetwork)
            {
                return null;
            }

            _networks[network] = usage;
            usage.Files++;
            _all.Files++;
            return new AnonymousUpload(this, network);
        }
    }

    /// <summary>A caller with a token has converted the file, or it is deleted, so it no longer counts.</summary>
    public void Claim(StoredFile file)
    {
        if (file.Owner is null)
        {
            Release(file.UpstreamId);
        }
    }

    internal void Release(string upstreamId)
    {
        lock (_gate)
        {
            _unclaimed.Remove(upstreamId, out var upload);
            Remove(upload);
        }
    }

    /// <summary>Counts further bytes of an upload.</summary>
    /// <returns>False if they are too many for its network.</returns>
    internal bool TryAdd(AnonymousUpload upload, long bytes)
    {
        lock (_gate)
        {
            var usage = _networks[upload.Network];
            if (usage.Bytes + bytes > options.Value.AnonymousUploadBytesPerNetwork)
            {
                return false;
            }

            usage.Bytes += bytes;
            upload.Bytes += bytes;
            return true;
        }
    }

    /// <summary>Counts a stored file until it is claimed or expires.</summary>
    internal void Keep(AnonymousUpload upload, string upstreamId)
    {
        lock (_gate)
        {
            if (_unclaimed.TryAdd(upstreamId, upload))
            {
                _expiring.Enqueue((upstreamId, clock.GetUtcNow() + FileIdProtector.Kept));
            }
        }
    }

    internal void End(AnonymousUpload upload)
    {
        lock (_gate)
        {
            Remove(upload);
        }
    }

    private void Remove(AnonymousUpload? upload)
    {
        if (upload is not null && _networks.TryGetValue(upload.Network, out var usage))
        {
            usage.Bytes -= upload.Bytes;
            usage.Files--;
            _all.Files--;
            if (usage.Files == 0)
            {
                _networks.Remove(upload.Network);
            }
        }
    }

    private sealed class Usage
    {
        public int Files { get; set; }

        public long Bytes { get; set; }
    }
}

/// <summary>A file that is uploaded without credentials.</summary>
internal sealed class AnonymousUpload(AnonymousUploadLimiter limiter, IPAddress network) : IDisposable
{
    private bool _isKept;

    public IPAddress Network => network;

    /// <summary>Bytes counted so far.</summary>
    public long Bytes { get; set; }

    /// <exception cref="CallerErrorException">The network has uploaded too much.</exception>
    public void Add(long bytes)
    {
        if (!limiter.TryAdd(this, bytes))
        {
            throw new CallerErrorException(GatewayError.TooManyAnonymousUploads);
        }
    }

    /// <summary>The file was stored, so it counts beyond the request.</summary>
    public void Keep(string upstreamId)
    {
        _isKept = true;
        limiter.Keep(this, upstreamId);
    }

    /// <summary>The stored file is deleted, so it no longer counts.</summary>
    public void Release(string upstreamId) => limiter.Release(upstreamId);

    public void Dispose()
    {
        if (!_isKept)
        {
            limiter.End(this);
        }
    }
}
