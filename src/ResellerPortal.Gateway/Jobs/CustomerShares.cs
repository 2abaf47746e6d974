using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Gateway.Jobs;

/// <summary>
/// Runs the work of many customers beside each other: a few at once for each, in turn, and a bound for all of them. A customer whose work
/// is slow waits for itself alone.
/// </summary>
internal sealed class CustomerShares(int perCustomer, int overall)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Guid> _known = [];
    private readonly Dictionary<CustomerId, Share> _shares = [];
    private readonly Dictionary<Guid, Task> _running = [];

    /// <summary>Customers with waiting work and a free place, in turn.</summary>
    private readonly Queue<Share> _turns = new();

    /// <summary>Adds work to be run once there is a place. Does nothing if work with this id already waits or runs.</summary>
    public void Add(CustomerId customer, Guid id, Func<Task> work)
    {
        lock (_lock)
        {
            if (_known.Add(id))
            {
                if (!_shares.TryGetValue(customer, out var share))
                {
                    _shares[customer] = share = new Share(customer);
                }

                share.Waiting.Enqueue((id, work));
                TakeTurn(share);
                StartNext();
            }
        }
    }

    /// <summary>Forgets what waits, and waits for what runs.</summary>
    public Task StopAsync()
    {
        lock (_lock)
        {
            _turns.Clear();
            foreach (var share in _shares.Values)
            {
                share.Waiting.Clear();
            }

            return Task.WhenAll(_running.Values);
        }
    }

    private void TakeTurn(Share share)
    {
        if (!share.HasTurn && share.Waiting.Count > 0 && share.Running < perCustomer)
        {
            share.HasTurn = true;
            _turns.Enqueue(share);
        }
    }

    private void StartNext()
    {
        while (_running.Count < overall && _turns.TryDequeue(out var share))
        {
            var (id, work) = share.Waiting.Dequeue();
            (share.HasTurn, share.Running) = (false, share.Running + 1);
            _running[id] = Task.Run(() => RunAsync(share, id, work));
            TakeTurn(share);
        }
    }

    private async Task RunAsync(Share share, Guid id, Func<Task> work)
    {
        try
        {
            await work();
        }
        finally
        {
            lock (_lock)
            {
                _known.Remove(id);
                _running.Remove(id);
                share.Running--;
                TakeTurn(share);
                StartNext();
                if (share is { Running: 0, Waiting.Count: 0 })
                {
                    _shares.Remove(share.Customer);
                }
            }
        }
    }

    private sealed class Share(CustomerId customer)
    {
        public CustomerId Customer { get; } = customer;

        public Queue<(Guid Id, Func<Task> Work)> Waiting { get; } = new();

        public int Running { get; set; }

        /// <summary>Whether it stands in the queue of turns.</summary>
        public bool HasTurn { get; set; }
    }
}
