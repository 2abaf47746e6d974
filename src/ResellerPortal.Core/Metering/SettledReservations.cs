using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>The recorded entry of a reservation that is no longer held.</summary>
internal sealed class SettledReservation(LedgerEntry entry, IReadOnlyList<LotPart> drawn)
{
    public LedgerEntry Entry { get; } = entry;

    /// <summary>What the entry has drawn after its corrections; empty if its cost was known.</summary>
    public IReadOnlyList<LotPart> Drawn { get; set; } = drawn;

    /// <summary>The entry's quantity after its corrections.</summary>
    public long Quantity { get; set; } = entry.Quantity;

    /// <summary>Whether the cost that becomes known is still to be recorded.</summary>
    public bool IsUnconfirmed { get; set; } = entry.Flags.HasFlag(EntryFlags.Unconfirmed);

    /// <summary>
    /// The request id of the correction that confirms the entry: the reservation's id as a version 8 UUID, so that there is one at most.
    /// </summary>
    public Guid ConfirmationId
    {
        get
        {
            var id = Entry.RequestId.ToByteArray(bigEndian: true);
            id[6] = (byte)(0x80 | (id[6] & 0x0F));
            return new Guid(id, bigEndian: true);
        }
    }
}

/// <summary>
/// The reservations among those to settle that are no longer held: their settlement is repeated, or comes after the sweeper recorded them
/// as unconfirmed and then corrects their entry.
/// </summary>
internal sealed class SettledReservations
{
    private readonly Dictionary<Guid, SettledReservation> _settled = [];

    public IEnumerable<SettledReservation> Unconfirmed => _settled.Values.Where(s => s.IsUnconfirmed);

    public SettledReservation? Find(Guid reservationId) => _settled.GetValueOrDefault(reservationId);

    public void Add(LedgerEntry entry, Reservation reservation) =>
        _settled[reservation.Id] = new SettledReservation(entry, reservation.Parts);

    /// <summary>Reads the entries of reservations that are not held.</summary>
    public async Task LoadAsync(LedgerRowCache rows, IEnumerable<RowKey> reservations)
    {
        foreach (var entry in await RequestLookup.ReadAsync(rows, reservations))
        {
            _settled[entry.RequestId] = new SettledReservation(entry, []);
        }
    }

    /// <summary>
    /// Reads what the unconfirmed entries have drawn. Their tokens are locked, so that nobody corrects them meanwhile.
    /// </summary>
    public async Task LoadDrawsAsync(LedgerRowCache rows)
    {
        var unconfirmed = Unconfirmed.ToDictionary(s => s.ConfirmationId);
        foreach (var settled in unconfirmed.Values)
        {
            settled.Drawn = await NetDraws.ReadAsync(rows.Db, settled.Entry, default);
            settled.Quantity = settled.Drawn.Sum(part => part.Quantity);
        }

        // An entry that was confirmed keeps what members correct afterwards.
        var confirmations = unconfirmed.Values.Select(s => new RowKey(s.Entry.ResellerId, s.ConfirmationId));
        foreach (var confirmation in await RequestLookup.ReadAsync(rows, confirmations))
        {
            unconfirmed[confirmation.RequestId].IsUnconfirmed = false;
        }
    }
}
