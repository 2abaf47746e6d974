using System.Collections.Concurrent;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Web.Downloads;

/// <summary>The year archives that this node is sending: one at a time for each reseller, with its progress for the page.</summary>
public sealed class YearArchiveDownloads
{
    private readonly ConcurrentDictionary<ResellerId, BatchProgress> _running = new();

    /// <returns>Null if none is being sent.</returns>
    public BatchProgress? FindProgress(Actor actor) => _running.TryGetValue(actor.Reseller, out var progress) ? progress : null;

    /// <returns>Reports progress until it is disposed; null if one is being sent already.</returns>
    internal Download? TryBegin(Actor actor) => _running.TryAdd(actor.Reseller, default) ? new Download(_running, actor.Reseller) : null;

    internal sealed class Download(ConcurrentDictionary<ResellerId, BatchProgress> running, ResellerId reseller)
        : IProgress<BatchProgress>, IDisposable
    {
        public void Report(BatchProgress value) => running[reseller] = value;

        public void Dispose() => running.TryRemove(reseller, out _);
    }
}
