using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// Divides commands among a node's writers by reseller, so that writers seldom wait for each other's locks. It is no matter of
/// correctness: a command in another queue only waits for locks.
/// </summary>
internal sealed class MeterRoutes
{
    private MeterQueue[] _queues = [new()];

    public int Waiting => _queues.Sum(queue => queue.Waiting);

    public IReadOnlyList<MeterQueue> Divide(int writers, bool isByReseller = false)
    {
        if (_queues.Length < writers)
        {
            _queues = [.. _queues, .. Enumerable.Range(_queues.Length, writers - _queues.Length).Select(_ => new MeterQueue())];
        }

        if (isByReseller)
        {
            Array.ForEach(_queues, queue => queue.DivideByReseller());
        }

        return _queues;
    }

    public MeterQueue Find(ResellerId reseller) => _queues[(uint)reseller.Value.GetHashCode() % (uint)_queues.Length];

    public void Close() => Array.ForEach(_queues, queue => queue.Close());
}
