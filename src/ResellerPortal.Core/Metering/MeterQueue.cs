using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace ResellerPortal.Core.Metering;

/// <summary>The commands that wait for one writer, which alone takes them.</summary>
internal sealed class MeterQueue
{
    // Unbounded, because settlements record what happened and are never rejected; the meter limits reservations.
    private readonly Channel<MeterCommand> _commands = Channel.CreateUnbounded<MeterCommand>(
        new UnboundedChannelOptions { SingleReader = true });

    private ResellerTurns? _turns;
    private int _waiting;

    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Makes batches of one reseller's commands each; call it before the first command is taken.</summary>
    public void DivideByReseller() => _turns ??= new ResellerTurns();

    /// <returns>False if the queue is closed.</returns>
    public bool TryAdd(MeterCommand command)
    {
        Interlocked.Increment(ref _waiting);
        var isAdded = _commands.Writer.TryWrite(command);
        if (!isAdded)
        {
            Interlocked.Decrement(ref _waiting);
        }

        return isAdded;
    }

    /// <returns>False once the queue is closed and empty.</returns>
    public ValueTask<bool> WaitAsync() => _turns is { IsEmpty: false } ? new ValueTask<bool>(true) : _commands.Reader.WaitToReadAsync();

    /// <summary>Takes the next command that its caller has not cancelled.</summary>
    /// <param name="isNewBatch">Whether it is the first command of a batch.</param>
    public bool TryTake(bool isNewBatch, [NotNullWhen(true)] out MeterCommand? command)
    {
        while (TryRead(isNewBatch, out command))
        {
            Interlocked.Decrement(ref _waiting);
            if (command.TryTake())
            {
                return true;
            }
        }

        return false;
    }

    public void Close() => _commands.Writer.TryComplete();

    private bool TryRead(bool isNewBatch, [NotNullWhen(true)] out MeterCommand? command)
    {
        if (_turns is null)
        {
            return _commands.Reader.TryRead(out command);
        }

        while (_commands.Reader.TryRead(out var arrived))
        {
            _turns.Add(arrived);
        }

        return _turns.TryTake(isNewBatch, out command);
    }
}
