namespace ResellerPortal.Core.Languages;

internal static class GermanWords
{
    public static DocumentWords Instance { get; } = new()
    {
        Invoice = "Rechnung",
        CreditNote = "Rechnungskorrektur",
        BilledTo = "Rechnung an",
        Issued = "Rechnungsdatum",
        Due = "Fällig am",
        AgainstInvoice = "Zu Rechnung",
        Period = "Leistungszeitraum",
        BuyerReference = "Ihr Zeichen",
        AmountDue = "Zu zahlen",
        CreditBalance = "Zu Ihren Gunsten",
        AmountCredited = "Gutgeschrieben",
        VatId = "USt-IdNr. {0}",
        RegistrationNumber = "Registernummer {0}",
        TaxNumber = "Steuernummer {0}",
        ConversionsPerDay = "Konvertierungen pro Tag",
        BusiestDay = "stärkster Tag {0} Konvertierungen",
        Description = "Beschreibung",
        Quantity = "Menge",
        UnitPrice = "Einzelpreis",
        Tax = "USt.",
        TaxableAmount = "Bemessungsgrundlage",
        Amount = "Betrag",
        CarriedOver = "Übertrag",
        BroughtForward = "Übertrag",
        NetTotal = "Nettobetrag",
        Total = "Gesamtbetrag",
        StandardRate = "Regelsatz",
        ReverseCharge = "Reverse Charge",
        Exempt = "Steuerbefreit",
        Export = "Ausfuhr",
        NotSubject = "Nicht steuerbar",
        CostNote = "Unsere eigenen Kosten für die Konvertierungen dieser Rechnung betragen {0}.",
        InOwnCurrency = "In {0}: {1} netto, {2} Steuer, zum Kurs {3}.",
        TaxInNationalCurrency = "Steuer in {0}, der Währung unseres Landes: {1}, zum Kurs {2}.",
        Payment = "Zahlung",
        PleasePay = "Bitte zahlen Sie {0} bis zum {1} unter Angabe von {2}.",
        NothingToPay = "Es ist nichts zu zahlen. {0} stehen zu Ihren Gunsten, für Nutzung, die nach der Abrechnung berichtigt wurde.",
        PaidFromBalance = "Aus Ihrem Guthaben",
        AllPaidFromBalance = "Aus Ihrem Guthaben bezahlt. Es ist nichts mehr zu zahlen.",
        AccountHolder = "Kontoinhaber",
        Reference = "Verwendungszweck",
        PayOnline = "Online bezahlen",
        ScanToPay = "Zum Bezahlen scannen",
        Credit = "Korrektur",
        CreditedSentence = "{0} der Rechnung {1} vom {2} werden zurückgenommen.",
        CreditTerms = "Es ist keine Zahlung fällig. Der Betrag wird verrechnet oder erstattet.",
        Reason = "Grund: {0}",
        LedgerRange = "Berechnet die Einträge {0} bis {1} des Nutzungsjournals. Hash des letzten:",
        LedgerNothingNew = "Berechnet keine neue Nutzung; das Journal ist bis Eintrag {0} abgerechnet. Dessen Hash:",
        LedgerOfCredit = "Korrigiert Rechnung {0}, die Nutzung bis Journaleintrag {1} berechnet. Dessen Hash:",
        Verify = "Zum Prüfen: Melden Sie sich an ({0}), speichern Sie Ihr Journal und starten Sie das Programm daneben.",
        ThePortal = "in Ihrem Portal",
        PageOf = "{0} · Seite {1} von {2}",
        UsageByToken = "Nutzung je API-Token und Tag",
        Conversions = "{0} Konvertierungen",
        Statement = "Kontoauszug",
        AccountOf = "Konto von",
        OpeningBalance = "Offen davor",
        Owed = "Offen",
        DayOfEntry = "Tag",
        Document = "Beleg",
        LateFeeFor = "Mahngebühr zu {0}",
        PaymentReturned = "Zahlung erstattet",
        CreditedBefore = "Bereits gutgeschrieben mit {0}",
        WrittenOffOf = "Ausgebucht von {0}",
        PaymentFor = "Zahlung zu {0}",
        BalanceTopUp = "Einzahlung auf das Guthaben",
        BalanceRefund = "Auszahlung vom Guthaben",
        DocumentFor = "{0} zu {1}",
        Included = "inklusive",
        Packages = "Pakete zu {0} Konvertierungen",
        Discount = "Rabatt",
        MinimumDifference = "Differenz zum Mindestbetrag",
        MonthlyFee = "Monatliche Grundgebühr",
        LateFrom = "Nachtrag, {0}",
        WhyReverseCharge = "Steuerschuldnerschaft des Leistungsempfängers (Artikel 196 der Richtlinie 2006/112/EG).",
        WhyExport = "Ausfuhr: steuerfrei.",
        WhyNotSubject = "Nicht steuerbar.",
        WhyOutsideTheUnion = "Hier nicht steuerbar: der Leistungsort liegt beim Kunden (Artikel 44 der Richtlinie 2006/112/EG).",
        WhyNotRegistered = "Der Verkäufer ist nicht umsatzsteuerlich registriert.",
        InvoiceSubject = "Rechnung {number} von {seller}",
        InvoiceEmail = """
            Guten Tag {customer},

            anbei erhalten Sie unsere Rechnung {number} für {period}.
            Zu zahlen: {open}, fällig am {due}.

            Sie finden sie zusammen mit Ihrer Nutzung auch hier: {link}.

            Mit freundlichen Grüßen
            {seller}
            """,
        CreditNoteSubject = "Rechnungskorrektur {number} von {seller}",
        CreditNoteEmail = """
            Guten Tag {customer},

            anbei erhalten Sie unsere Rechnungskorrektur {number} über {total}.

            Sie finden sie auch hier: {link}.

            Mit freundlichen Grüßen
            {seller}
            """,
        ReminderSubject = "Zahlungserinnerung: Rechnung {number}, fällig am {due}",
        ReminderEmail = """
            Guten Tag {customer},

            vielleicht ist es Ihnen entgangen: unsere Rechnung {number} war am {due} fällig, {open} sind noch offen. Sie finden sie noch einmal anbei.

            Falls Sie inzwischen gezahlt haben, betrachten Sie dieses Schreiben bitte als gegenstandslos.

            Mit freundlichen Grüßen
            {seller}
            """,
        SecondReminderSubject = "Zweite Mahnung: Rechnung {number}",
        SecondReminderEmail = """
            Guten Tag {customer},

            unsere Rechnung {number}, fällig am {due}, ist noch nicht bezahlt. Offen sind {open}, darin Mahngebühren von {fee}.

            Bitte zahlen Sie innerhalb einer Woche, oder schreiben Sie uns, wenn etwas im Wege steht.

            Mit freundlichen Grüßen
            {seller}
            """,
        FinalNoticeSubject = "Letzte Mahnung: Rechnung {number}",
        FinalNoticeEmail = """
            Guten Tag {customer},

            trotz unserer Mahnungen sind {open} unserer Rechnung {number}, fällig am {due}, noch offen. Darin Mahngebühren: {fee}.

            Bitte zahlen Sie umgehend. Konvertierungen unter Ihrem Konto können bis zur Zahlung ausgesetzt werden; den Stand sehen Sie hier: {link}.

            Mit freundlichen Grüßen
            {seller}
            """,
    };
}
