"""What kill_at_each_line.py does to a box: here because two processes need the same tickets and answers."""

from datetime import date

from opm.tickets import Ticket

FIRST_DAY = date(2026, 1, 15)
SECOND_DAY = date(2026, 2, 15)


def ticket(number):
    return Ticket("main", "graduate", "1", f"nonce {number}", f"ticket {number}")


def drop(box, number):
    answers = {"sections_completed": 4, "time_spent": number}
    box.drop(ticket(number), answers, {"change_text": f"words {number}"}, False, f"code {number}")
