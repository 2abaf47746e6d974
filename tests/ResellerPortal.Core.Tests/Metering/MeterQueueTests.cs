using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>Which commands share a batch, and so a commit.</summary>
public sealed class MeterQueueTests
{
    private static readonly ResellerId Northwind = new(Guid.CreateVersion7());
    private static readonly ResellerId Fabrikam = new(Guid.CreateVersion7());

    private readonly MeterQueue _queue = new();

    [Fact]
    public void Commands_of_all_resellers_share_a_batch_in_order_of_arrival()
    {
        Add(Northwind, Fabrikam, Northwind);

        Assert.Equal([Northwind, Fabrikam, Northwind], TakeBatch());
    }

    [Fact]
    public void A_divided_queue_gives_each_batch_to_one_reseller_and_lets_none_wait_for_a_busy_one()
    {
        _queue.DivideByReseller();
        Add(Northwind, Northwind, Fabrikam, Northwind, Northwind);

        Assert.Equal([Northwind, Northwind], TakeBatch(atMost: 2));
        Add(Northwind);
        Assert.Equal([Fabrikam], TakeBatch(atMost: 2));
        Assert.Equal([Northwind, Northwind], TakeBatch(atMost: 2));
        Assert.Equal([Northwind], TakeBatch(atMost: 2));
        Assert.Equal(0, _queue.Waiting);
    }

    [Fact]
    public void Commands_that_arrive_during_a_batch_of_their_reseller_join_it_and_bring_no_second_turn()
    {
        _queue.DivideByReseller();
        Add(Northwind);
        Assert.True(_queue.TryTake(isNewBatch: true, out _));
        Add(Northwind, Fabrikam);

        Assert.True(_queue.TryTake(isNewBatch: false, out var joined));
        Assert.Equal(Northwind, joined.Reseller);
        Assert.Equal([Fabrikam], TakeBatch());
        Assert.Empty(TakeBatch());
    }

    [Fact]
    public async Task A_divided_queue_that_is_closed_ends_once_it_is_empty()
    {
        _queue.DivideByReseller();
        Add(Northwind, Fabrikam);
        _queue.Close();

        Assert.True(await _queue.WaitAsync());
        Assert.Equal([Northwind], TakeBatch());
        Assert.True(await _queue.WaitAsync());
        Assert.Equal([Fabrikam], TakeBatch());
        Assert.False(await _queue.WaitAsync());
    }

    [Fact]
    public void A_command_that_its_caller_cancelled_is_left_out()
    {
        _queue.DivideByReseller();
        var cancelled = new ReserveCommand(new ReserveRequest(Northwind, [], "docx-to-pdf"));
        _queue.TryAdd(cancelled);
        Add(Northwind);
        cancelled.TryCancel(new CancellationToken(canceled: true));

        Assert.Equal([Northwind], TakeBatch());
    }

    private void Add(params ResellerId[] resellers)
    {
        foreach (var reseller in resellers)
        {
            _queue.TryAdd(new ReserveCommand(new ReserveRequest(reseller, [], "docx-to-pdf")));
        }
    }

    private List<ResellerId> TakeBatch(int atMost = int.MaxValue)
    {
        List<ResellerId> batch = [];
        while (batch.Count < atMost && _queue.TryTake(isNewBatch: batch.Count == 0, out var command))
        {
            batch.Add(command.Reseller);
        }

        return batch;
    }
}
